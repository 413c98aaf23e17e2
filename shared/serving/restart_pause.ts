/** How soon a process that died is started again. */
export interface RestartPauseOptions {
  /** After the first death; each further one doubles it. */
  firstMs: number
  mostMs: number
  /** One that lived so long is taken for well: the next death is a first one. */
  calmMs: number
}

/** Doubles the pause before each start of something that dies again and again. */
export class RestartPause {
  readonly #options: RestartPauseOptions
  #deaths = 0

  constructor(options: RestartPauseOptions) {
    this.#options = options
  }

  /**
   * It died: how long to wait, in milliseconds, before it is started again.
   * @param livedMs how long it had lived, its start not counted
   */
  nextMs(livedMs: number): number {
    const { firstMs, mostMs, calmMs } = this.#options
    this.#deaths = livedMs >= calmMs ? 1 : this.#deaths + 1
    return Math.min(firstMs * 2 ** (this.#deaths - 1), mostMs)
  }
}
