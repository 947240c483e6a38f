import { type Answer, failure, json, type Request, unauthorized } from '../answer';
import type { Token, User } from '../model';
import type { RouteName } from '../profiles/profile';
import type { Params } from '../query';
import type { World } from '../world';

/** Who asks; undefined is anonymous. */
export type Caller = { readonly user: User | undefined } | { readonly refusal: Answer };

export interface Credentials {
  readonly user: User;
  readonly scopes: readonly string[];
}

type Known = Credentials | { readonly refusal: Answer } | undefined;

/** `route` decides which scopes are enough. */
export function authenticate(world: World, request: Request, params: Params, route: RouteName): Caller {
  const { tokens } = world.profile;
  const known = credentials(world, request, params);
  if (!known)
    return isBad(request, params) && tokens.bad === 'refused' ? { refusal: unauthorized } : { user: undefined };
  if ('refusal' in known) return known;
  const { user, scopes } = known;
  if (user.state === 'blocked') return tokens.blocked === 'forbidden' ? { refusal: blocked } : { user: undefined };
  const enough = scopesFor(world, request, route);
  if (tokens.scopes === 'none' || scopes.some((scope) => enough.includes(scope))) return { user };
  if (route === 'ownToken') return { user };
  return { refusal: tokens.scopes === 'unauthorized' ? unauthorized : insufficient(enough) };
}

/** Undefined: no token, or one that nobody has. */
export function credentials(world: World, request: Request, params: Params = {}): Known {
  const { tokens } = world.profile;
  const { own, bearer } = tokensIn(request, params);
  const token = own ?? (tokens.bearer ? bearer : undefined);
  if (token === undefined) return undefined;
  const user = world.userOfToken(token);
  if (user) return { user, scopes: ['api'] };
  const personal = tokens.personal ? world.personalToken(token) : undefined;
  if (!personal || (personal.oauth && own !== undefined)) return undefined;
  const refusal = stale(world, personal);
  return refusal ?? { user: world.user(personal.user), scopes: personal.scopes };
}

export function tokensIn({ headers }: Request, params: Params): { readonly own?: string; readonly bearer?: string } {
  const own = params['private_token'] ?? headers['private-token'];
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? params['access_token'];
  return {
    ...(typeof own === 'string' && own !== '' ? { own } : {}),
    ...(typeof bearer === 'string' && bearer !== '' ? { bearer } : {}),
  };
}

function isBad(request: Request, params: Params): boolean {
  return Object.keys(tokensIn(request, params)).length > 0;
}

const blocked = failure(403, '403 Forbidden - Your account has been blocked.');

function stale(world: World, { revoked, expiresAtMs }: Token): Known | { readonly refusal: Answer } {
  const isExpired = expiresAtMs !== null && expiresAtMs <= world.now();
  if (!revoked && !isExpired) return undefined;
  if (world.profile.tokens.stale === 'unauthorized') return { refusal: unauthorized };
  const description = revoked
    ? 'Token was revoked. You have to re-authorize from the user.'
    : 'Token is expired. You can either do re-authorization or token refresh.';
  const challenge = `Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="${description}"`;
  const body = { error: 'invalid_token', error_description: description };
  return { refusal: json(401, JSON.stringify(body), { 'WWW-Authenticate': challenge }) };
}

const forReadUser: readonly RouteName[] = ['user', 'version', 'metadata'];

function scopesFor(world: World, { method }: Request, route: RouteName): readonly string[] {
  const reads = method === 'GET' || method === 'HEAD';
  return [
    'api',
    ...(reads && world.profile.tokens.readApi ? ['read_api'] : []),
    ...(forReadUser.includes(route) ? ['read_user'] : []),
  ];
}

function insufficient(enough: readonly string[]): Answer {
  const error_description = 'The request requires higher privileges than provided by the access token.';
  return json(403, JSON.stringify({ error: 'insufficient_scope', error_description, scope: enough.join(' ') }));
}
