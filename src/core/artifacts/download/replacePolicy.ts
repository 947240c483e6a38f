/** The user's answer for an existing file; undefined: dismissed, so the file is kept. */
export type ReplaceAnswer = 'replace' | 'replaceAll' | 'keep' | 'keepAll' | undefined;

/**
 * Asks whether existing files may be replaced in one run of downloads: one question at a time, none after an answer for
 * all.
 */
export class ReplacePolicy {
  private forAll: boolean | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ask: (path: string) => Promise<ReplaceAnswer>) {}

  /** Whether a file may be replaced. Rejects like the question, which is then asked again for the next file. */
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
