import { appendFileSync } from 'node:fs';

/** Sets the file in which all processes of a test run record what they serve and which servers they send requests to. */
export const originsVariable = 'RECORDED_ORIGINS';

/** `served`: by a GitLab of the tests, its storage or a proxy. `asked`: by an extension host. `watched`: an extension host. */
export type OriginKind = 'served' | 'asked' | 'watched';

export function recordedFile(): string | undefined {
  const file = process.env[originsVariable];
  return file === '' ? undefined : file;
}

/** Notes a host with its port, or the id of a process; nothing while no origins are recorded. */
export function note(kind: OriginKind, what: string): void {
  const file = recordedFile();
  if (file !== undefined) appendFileSync(file, `${kind} ${what}\n`);
}
