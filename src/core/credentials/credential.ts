import { bearer, isAccessToken, unusableKind, type UnusableToken } from '../model/token';

/** What another program of this machine knows to sign in with. */
export type Credential =
  /** `token`: as it is kept and sent; one of OAuth has its scheme. */
  | { readonly kind: 'token'; readonly token: string }
  /** A password, which the API doesn't take. */
  | { readonly kind: 'password' }
  | { readonly kind: 'unusable'; readonly token: UnusableToken }
  /** It is for another server. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'none' };

export const noCredential: Credential = { kind: 'none' };

/** A secret that is known to be a token of OAuth, or, by its prefix, an access token. */
export function tokenCredential(secret: string): Credential {
  const unusable = unusableKind(secret);
  if (unusable !== undefined) return { kind: 'unusable', token: unusable };
  return { kind: 'token', token: isAccessToken(secret) ? secret : bearer(secret) };
}

/** Whether a secret can be sent in a header. */
export function isSendable(secret: string): boolean {
  return /^[\x21-\x7e]+$/.test(secret);
}
