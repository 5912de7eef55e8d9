/**
 * A `ref` for the field that a dialog is for, when the field arrives after the dialog gave its focus away. Not on a
 * phone: the keyboard would cover the rest.
 */
export function firstField(field: HTMLInputElement | null): void {
  if (matchMedia('(pointer: fine)').matches) field?.focus()
}
