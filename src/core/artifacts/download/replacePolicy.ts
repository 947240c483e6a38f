/** What a user says of a file that is there already; undefined: nothing, so it stays. */
export type ReplaceAnswer = 'replace' | 'replaceAll' | 'keep' | 'keepAll' | undefined;

/** Asks for one run of downloads whether files may be replaced: one question at a time, none after an answer for all. */
export class ReplacePolicy {
  private forAll: boolean | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ask: (path: string) => Promise<ReplaceAnswer>) {}

  /** Rejects as the question does; the next file is asked for again then. */
  readonly mayReplace = async (path: string): Promise<boolean> => {
    const mine = this.last.then(() => this.forAll ?? this.answer(path));
    this.last = mine.catch(() => undefined);
    return mine;
  };

  private async answer(path: string): Promise<boolean> {
    const answer = await this.ask(path);
    const may = answer === 'replace' || answer === 'replaceAll';
    if (answer === 'replaceAll' || answer === 'keepAll') this.forAll = may;
    return may;
  }
}
