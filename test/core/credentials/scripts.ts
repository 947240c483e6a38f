import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with programs of a test's own, which write down how they were run. */
export class Scripts {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-scripts-')));
  private readonly journal = join(this.folder, 'journal');

  /** A shell script of that name; `$journal` is where it writes. Gives its path. */
  add(name: string, ...lines: readonly string[]): string {
    const path = join(this.folder, name);
    writeFileSync(path, ['#!/bin/sh', `journal='${this.journal}'`, ...lines, ''].join('\n'), { mode: 0o755 });
    return path;
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  get written(): string {
    return existsSync(this.journal) ? readFileSync(this.journal, 'utf8') : '';
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
