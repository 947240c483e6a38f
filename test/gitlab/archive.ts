import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { zip } from './zip';

/** Artifacts: files to be zipped, or bytes as they are, from memory or from a file on disk. */
export type ArchiveInit = { readonly filename: string } & (
  | { readonly files: Readonly<Record<string, string | Buffer>> }
  | { readonly content: Buffer }
  | { readonly path: string }
);

type Source =
  | { readonly kind: 'memory'; readonly content: Buffer }
  | { readonly kind: 'disk'; readonly path: string; readonly size: number };

/** An artifacts file. Zipping takes a moment: `size` and `read` may be asked once `ready` has resolved. */
export class Archive {
  readonly filename: string;
  readonly modifiedAtMs: number;
  readonly ready: Promise<void>;
  /** What is in it, by path, where it was made from files. */
  readonly files: ReadonlyMap<string, Buffer>;
  #source: Source = { kind: 'memory', content: Buffer.alloc(0) };

  constructor(init: ArchiveInit, modifiedAtMs: number) {
    this.filename = init.filename;
    this.modifiedAtMs = modifiedAtMs;
    this.files = new Map(
      'files' in init ? Object.entries(init.files).map(([path, each]) => [path, Buffer.from(each)]) : [],
    );
    this.ready = this.#load(init);
  }

  /** Bytes. */
  get size(): number {
    return this.#source.kind === 'memory' ? this.#source.content.length : this.#source.size;
  }

  /** The bytes from `start` up to, not including, `end`, in pieces. */
  read(start: number, end: number): Readable {
    const source = this.#source;
    if (end <= start) return Readable.from([]);
    if (source.kind === 'disk') return createReadStream(source.path, { start, end: end - 1 });
    return Readable.from(pieces(source.content.subarray(start, end)));
  }

  async #load(init: ArchiveInit): Promise<void> {
    if ('content' in init) this.#source = { kind: 'memory', content: init.content };
    else if ('path' in init) this.#source = { kind: 'disk', path: init.path, size: statSync(init.path).size };
    else this.#source = { kind: 'memory', content: await zip(init.files, this.modifiedAtMs) };
  }
}

const pieceBytes = 64 * 1024;

function* pieces(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}
