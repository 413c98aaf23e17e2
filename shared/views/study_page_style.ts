import { css } from 'lit'

/** What the page of a study has beside that of a run. */
export const studyPageStyles = css`
  .two {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(240px, 1fr);
    gap: 14px;
    margin-bottom: 14px;
  }
  @media (max-width: 860px) {
    .two {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  daybook-study-chart {
    margin-bottom: 14px;
  }
  .two daybook-study-chart {
    margin-bottom: 0;
  }
  .box {
    margin: 0 0 14px;
    padding: 12px 14px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
  }
  .box p:last-child {
    margin-bottom: 0;
  }
  .box dl {
    margin-top: 10px;
  }
  progress {
    display: block;
    width: 100%;
    height: 4px;
    margin: 10px 0 0;
    border: 0;
    border-radius: 2px;
    background: var(--db-border);
    overflow: hidden;
  }
  progress::-webkit-progress-bar {
    background: var(--db-border);
  }
  progress::-webkit-progress-value {
    background: var(--db-accent);
  }
  .numbers {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 10px;
    margin: 8px 0 0 36px;
  }
  .numbers label,
  figure label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .numbers input {
    width: 84px;
  }
  .toast {
    position: fixed;
    z-index: 10;
    left: 50%;
    bottom: 20px;
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: min(760px, 92vw);
    padding: 6px 6px 6px 14px;
    border: 1px solid var(--db-border-strong);
    border-radius: var(--db-radius);
    background: var(--db-raised);
    box-shadow: var(--db-shadow);
    transform: translateX(-50%);
  }
`
