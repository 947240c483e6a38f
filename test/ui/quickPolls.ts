import { systemClock } from '../../src/core/util/timer';

/** The wait of a poll where `refresh.activeSeconds` is 2, its least. */
const pollMs = 2000;
const quickMs = 20;

/** Lets those polls of a suite come at once that would wait for two seconds. To be called in a `describe`. */
export function quickPolls(): void {
  beforeEach(() => {
    systemClock.setTimeout = (action, ms) => setTimeout(action, ms === pollMs ? quickMs : ms);
  });
  afterEach(() => {
    systemClock.setTimeout = setTimeout;
  });
}
