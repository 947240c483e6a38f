import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Http, HttpRequest } from '../../../src/core/gitlab/http/request';

/** So many turns the consequences of an answer may take until they are requests. */
const turns = 20;

/**
 * Requests go out in rounds: those that are asked for while others are on their way wait until all of these are answered.
 * So the number of rounds is that of the round trips one after another, however long each takes.
 */
export class Rounds implements Http {
  count = 0;
  /** `METHOD path`, of each round. */
  readonly asked: string[][] = [];
  private waiting: { readonly request: HttpRequest; readonly go: () => void }[] = [];
  private open = 0;

  constructor(private readonly http: Http) {}

  json: Http['json'] = (request) => this.inRound(request, () => this.http.json(request));
  stream: Http['stream'] = (request) => this.inRound(request, () => this.http.stream(request));

  /** How many round trips it takes. */
  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.count;
    const state = { isOver: false };
    const working = work().finally(() => (state.isOver = true));
    working.catch(() => undefined);
    while (!state.isOver) {
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      if (this.open === 0) this.begin();
    }
    await working;
    return this.count - before;
  }

  private begin(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.count += 1;
    this.asked.push(waiting.map(({ request }) => `${request.method} ${new URL(request.url).pathname}`));
    for (const { go } of waiting) go();
  }

  private async inRound<T>(request: HttpRequest, ask: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => this.waiting.push({ request, go }));
    this.open += 1;
    return ask().finally(() => (this.open -= 1));
  }
}
