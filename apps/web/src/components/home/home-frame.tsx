import type { ReactNode } from 'react'
import { useRegionKeys } from '../../regions.ts'
import { Rail } from './rail.tsx'

interface HomeFrameProps {
  readonly bar?: ReactNode
  readonly children: ReactNode
}

/** Rail, bar and list: what the documents home and the trash share. */
export function HomeFrame({ bar, children }: HomeFrameProps) {
  useRegionKeys()
  return (
    <div className="home">
      <a className="skip-link" href="#list">
        Skip to documents
      </a>
      <Rail />
      <main className="home-main">
        {bar !== undefined && (
          <div className="home-bar" data-region>
            {bar}
          </div>
        )}
        {/* The scrolling part takes the focus so that arrow keys scroll it. */}
        <div className="home-scroll" id="list" tabIndex={-1} data-region>
          {children}
        </div>
      </main>
    </div>
  )
}
