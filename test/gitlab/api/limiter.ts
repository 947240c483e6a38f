import { type Answer, json } from '../answer';
import type { World } from '../world';

/** GitLab's own limit on lists of all builds, for each user. Faults stand for the other limits. */
export class Limiter {
  readonly #world: World;
  readonly #askedAtMs = new Map<string, number[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The refusal, where this one is one too many. */
  refusal(username: string): Answer | undefined {
    const { jobListsPerMinute } = this.#world.profile;
    const now = this.#world.now();
    if (jobListsPerMinute === 0) return undefined;
    const recent = (this.#askedAtMs.get(username) ?? []).filter((at) => at > now - 60_000);
    this.#askedAtMs.set(username, [...recent, now]);
    if (recent.length < jobListsPerMinute) return undefined;
    const message = { error: 'This endpoint has been requested too many times. Try again later.' };
    return json(429, JSON.stringify({ message }), { 'Retry-After': '60' });
  }
}
