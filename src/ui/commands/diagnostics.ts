import { env, l10n, version as vscodeVersion } from 'vscode';
import { targetOf } from '../../core/snapshot';
import type { GitLabClient } from '../../core/gitlab/client';
import { stateWord } from '../context';
import type { Command, CommandContext } from './command';

export const showOutput: Command = ({ log }) => {
  log.show();
  return Promise.resolve();
};

export const copyDiagnostics: Command = async (context) => {
  await env.clipboard.writeText(await diagnostics(context));
  context.report.done(l10n.t('Diagnostics copied'));
};

/** Written from what is known to be no secret; nothing is copied from remotes, settings or answers as a whole. */
async function diagnostics({ session, settings, tokens, clients, version }: CommandContext): Promise<string> {
  const { snapshot } = session;
  const target = targetOf(snapshot);
  const client = target === undefined ? undefined : clients.of(target.instance);
  const ready = snapshot?.kind === 'ready' ? snapshot : undefined;
  const failure = snapshot?.kind === 'failed' ? snapshot.failure : ready?.stale?.failure;
  const { activeSeconds, idleSeconds } = settings.intervals();
  const stored = await tokens.stored();
  const instances = (await session.instances()).map(
    ({ url, apiVersion }) => `${url} (${apiVersion}, ${tokenWord(url)})`,
  );
  function tokenWord(url: string): string {
    if (stored.includes(url)) return 'token stored';
    return tokens.isFromEnvironment(url) ? 'token from the environment' : 'no token';
  }
  const rows: readonly (readonly [string, unknown])[] = [
    ['GitLab Builds', version],
    ['VS Code', `${vscodeVersion} (${env.appName}, ${env.remoteName ?? 'local'})`],
    ['Node', `${process.version} ${process.platform} ${process.arch}`],
    ['State', snapshot === undefined ? 'starting' : stateWord(snapshot)],
    ['Instances', instances.join(', ') || 'none'],
    [
      'Shown',
      target === undefined ? 'nothing' : `${target.instance.url}, project ${target.project}, commit ${target.sha}`,
    ],
    ['API', client === undefined ? 'not known' : apiOf(client)],
    ['Token', client === undefined ? 'not known' : abilityOf(client)],
    ['Builds', ready?.builds.length ?? 0],
    [
      'Failure',
      failure === undefined ? 'none' : [failure.kind, failure.status, failure.reason].filter(Boolean).join(' '),
    ],
    ['Refresh', `${activeSeconds} s active, ${idleSeconds} s idle`],
  ];
  return rows.map(([name, value]) => `${name}: ${String(value)}`).join('\n');
}

function apiOf({ server, usesGraphql }: GitLabClient): string {
  if (server === undefined) return 'not known';
  const api = usesGraphql === true ? `${server.api} and GraphQL` : server.api;
  return server.version === undefined ? api : `${api}, GitLab ${server.version}`;
}

/** What the token may do, as far as that came to light. */
function abilityOf({ readOnly, scopes }: GitLabClient): string {
  const told = scopes.length === 0 ? 'scopes not told' : `scopes ${scopes.join(' ')}`;
  return readOnly ? `read-only, ${told}` : told;
}
