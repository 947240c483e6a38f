import { env, l10n, version as vscodeVersion } from 'vscode';
import { targetOf } from '../../core/snapshot';
import type { Server } from '../../core/gitlab/detect';
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
  const ready = snapshot?.kind === 'ready' ? snapshot : undefined;
  const failure = snapshot?.kind === 'failed' ? snapshot.failure : ready?.stale;
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
    ['API', target === undefined ? 'not known' : apiOf(clients.of(target.instance).server)],
    ['Builds', ready?.builds.length ?? 0],
    [
      'Failure',
      failure === undefined ? 'none' : [failure.kind, failure.status, failure.reason].filter(Boolean).join(' '),
    ],
    ['Refresh', `${activeSeconds} s active, ${idleSeconds} s idle`],
  ];
  return rows.map(([name, value]) => `${name}: ${String(value)}`).join('\n');
}

function apiOf(server: Server | undefined): string {
  if (server === undefined) return 'not known';
  return server.version === undefined ? server.api : `${server.api}, GitLab ${server.version}`;
}
