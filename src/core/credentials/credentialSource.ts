import { fieldsOfJson } from '../util/fields';

/** Something on this machine that is already signed in to a GitLab. Stored instead of a token. */
export type CredentialSource =
  /** An account of GitLab's own extension. */
  { readonly kind: 'account'; readonly id: string; readonly label: string } | { readonly kind: 'glab' | 'git' };

/** Reads a source that was written as JSON; undefined if it is damaged. */
export function toSource(text: string): CredentialSource | undefined {
  const { kind, id, label } = fieldsOfJson(text);
  if (kind === 'glab' || kind === 'git') return { kind };
  return kind === 'account' && typeof id === 'string' && typeof label === 'string' ? { kind, id, label } : undefined;
}
