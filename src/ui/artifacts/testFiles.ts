import { stat } from 'node:fs/promises';
import type { FailedTest } from '../../core/artifacts/junit';
import { placesOf } from '../../core/artifacts/testPlaces';
import { pathsInRepository } from '../log/containerPath';

/** A place in a file that there is. */
export interface FoundPlace {
  readonly file: string;
  /** 1-based, as `column`. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The files of a repository that failed tests name; each is looked for once. */
export class TestFiles {
  private readonly looked = new Map<string, Promise<boolean>>();

  constructor(
    private readonly root: string,
    private readonly project: string,
  ) {}

  async find(test: FailedTest, report: string): Promise<FoundPlace | undefined> {
    for (const { path, line, column } of placesOf(test, report))
      for (const file of pathsInRepository(path, this.root, this.project))
        if (await this.isThere(file)) return { file, line, column };
    return undefined;
  }

  private isThere(file: string): Promise<boolean> {
    const known = this.looked.get(file) ?? isFile(file);
    this.looked.set(file, known);
    return known;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
