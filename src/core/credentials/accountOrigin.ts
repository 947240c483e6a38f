import { parseUrl } from '../model/instance';

/** An account of another extension, as VS Code reports it. */
export interface Account {
  readonly id: string;
  readonly label: string;
}

/** Whether an account's id or label names a server's origin, and none of them another one. */
export function isAccountOf({ id, label }: Account, url: string): boolean {
  const origins = [...originsIn(id), ...originsIn(label)];
  return origins.length > 0 && origins.every((origin) => origin === new URL(url).origin);
}

/** GitLab's extension has `https://git.example.com|7` for an id, and `https://git.example.com (dana)` for a label. */
function originsIn(text: string): readonly string[] {
  const parts = text.split(/[\s|()[\]<>,;"']+/);
  return parts.flatMap((part) => (/^https?:\/\//i.test(part) ? (parseUrl(part)?.origin ?? []) : []));
}
