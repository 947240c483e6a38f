import type { ArchiveFailureKind } from '../archiveErrors';

/** Flaws that cost only the entry that has them: it can't be written safely, or not here. All others refuse the archive. */
const harmless = [
  'symlink',
  'special',
  'gitFolder',
  'collision',
  'method',
  'controlCharacter',
  'backslash',
  'reservedName',
  'trailingDot',
  'colon',
  'forbiddenCharacter',
  'longName',
  'longPath',
] as const satisfies readonly ArchiveFailureKind[];

export type LeftOutKind = (typeof harmless)[number];

/** A file or folder of an archive that was not written; of a folder, nothing in it was either. */
export interface LeftOut {
  readonly kind: LeftOutKind;
  /** As the archive has it: to be made safe before it is shown. */
  readonly path: string;
}

export function isHarmless(kind: ArchiveFailureKind): kind is LeftOutKind {
  return harmless.some((one) => one === kind);
}

/** Each entry that is left out, once: of a folder that is, the folder alone. */
export class LeftOutList {
  private readonly byPath: Map<string, LeftOut>;

  constructor(found: readonly LeftOut[] = []) {
    this.byPath = new Map(found.map((one) => [one.path, one]));
  }

  add(kind: LeftOutKind, path: string): void {
    if (!this.byPath.has(path)) this.byPath.set(path, { kind, path });
  }

  list(): readonly LeftOut[] {
    return [...this.byPath.values()];
  }
}
