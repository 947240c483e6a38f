import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { originsVariable, recordedFile, type OriginKind } from './originNotes';
import { projectRoot } from './project';

export interface Origins {
  /** Hosts with ports, each once. */
  readonly served: readonly string[];
  readonly asked: readonly string[];
  /** Process ids of the extension hosts. */
  readonly watched: readonly string[];
}

/** Starts or stops recording origins in this process and those that it starts. */
export function recordOrigins(file: string | undefined): void {
  process.env[originsVariable] = file ?? '';
}

/**
 * Node's arguments that make the extension hosts of a VS Code server note whom they ask; none while no origins are
 * recorded. VS Code hands them on to its extension hosts, while it takes `NODE_OPTIONS` away.
 */
export function recorderArguments(): readonly string[] {
  const recorder = pathToFileURL(join(projectRoot, 'out', 'test', 'vscode', 'originRecorder.main.mjs')).href;
  return recordedFile() === undefined ? [] : [`--import=${recorder}`];
}

export function recordedOrigins(file: string): Origins {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n');
  const of = (kind: OriginKind): string[] => [
    ...new Set(lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1))),
  ];
  return { served: of('served'), asked: of('asked'), watched: of('watched') };
}

/** Origins that an extension host has sent requests to although no test serves them. */
export function foreignOrigins({ served, asked }: Origins): readonly string[] {
  return asked.filter((origin) => !served.includes(origin));
}

export function isExtensionHost(): boolean {
  return process.argv.includes('--type=extensionHost');
}

/** Host and port of the arguments of `Socket.connect`; undefined for a socket of this machine that has a path. */
export function targetOf(args: readonly unknown[]): string | undefined {
  // `net.connect` passes on its arguments as one array.
  const [first, second] = args.flat();
  if (typeof first === 'object' && first !== null) {
    const { host = 'localhost', port, path } = first as { host?: unknown; port?: unknown; path?: unknown };
    return typeof path === 'string' && port === undefined ? undefined : `${String(host)}:${String(port)}`;
  }
  const isPath = typeof first === 'string' && Number.isNaN(Number(first));
  return isPath ? undefined : `${typeof second === 'string' ? second : 'localhost'}:${String(first)}`;
}
