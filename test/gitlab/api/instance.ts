import { type Answer, json, unauthorized } from '../answer';
import { iso } from '../entities/show';
import { type Call, profileOf, type ProjectCall } from './call';
import { tokensIn } from './authenticate';

export function showUser({ site, user, api }: Call): Answer {
  return user ? json(200, site.entities.currentUser(user, api)) : unauthorized;
}

export function showProject({ site, project, user, api }: ProjectCall): Answer {
  return json(200, site.entities.project(project, user, api));
}

export function showVersion(call: Call): Answer {
  const { version } = profileOf(call);
  const basic = { version, revision: '4e963fe1a2b' };
  // `/version` has become another name of `/metadata`.
  if (!call.api.routes.includes('metadata')) return json(200, JSON.stringify(basic));
  const kas = { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null };
  return json(200, JSON.stringify({ ...basic, kas, enterprise: version.endsWith('-ee') }));
}

export function showOwnToken({ site, request, params, user }: Call): Answer {
  const { own, bearer } = tokensIn(request, params);
  const token = site.world.personalToken(own ?? bearer ?? '');
  if (!user) return unauthorized;
  const { id, name, scopes, createdAtMs, expiresAtMs } = token ?? {
    id: 1000 + user.id,
    name: 'own',
    scopes: ['api'],
    createdAtMs: user.createdAtMs,
    expiresAtMs: null,
  };
  const body = {
    id,
    name,
    revoked: false,
    created_at: iso(createdAtMs),
    description: null,
    scopes,
    user_id: user.id,
    last_used_at: iso(site.world.now()),
    active: true,
    expires_at: iso(expiresAtMs)?.slice(0, 10) ?? null,
  };
  return json(200, JSON.stringify(body));
}
