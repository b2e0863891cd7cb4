// What happens when the server dies by itself: it is started again, but not for ever.

const MOST = 4;
const WITHIN = 3 * 60_000;

/** Counts crashes; answers whether the server may be started once more. */
export class Crashes {
  private times: number[] = [];

  /** @param now milliseconds of a clock */
  mayRestart(now: number): boolean {
    this.times = [...this.times, now].filter((time) => now - time <= WITHIN);
    return this.times.length <= MOST;
  }

  get count(): number {
    return this.times.length;
  }

  /** Start counting anew: the user has restarted the server. */
  forget(): void {
    this.times = [];
  }
}
