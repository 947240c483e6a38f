import { commands, env, l10n, version as vscodeVersion } from 'vscode';
import { targetOf, type Snapshot, type Target } from '../../core/model/snapshot';
import type { GitLabClient } from '../../core/gitlab/client';
import { stateWord } from '../views/contextKeys';
import type { Command, CommandContext } from './command';

export const showOutput: Command = ({ log }) => {
  log.show();
  return Promise.resolve();
};

/** Reports the first problem with a setting, with a button that opens it. */
export const showSettingFlaws: Command = async ({ settingFlaws, report }) => {
  const [first] = settingFlaws.all;
  if (first === undefined) {
    report.done(l10n.t('All settings are valid'));
    return;
  }
  const [open, showLog] = [l10n.t('Open Settings'), l10n.t('Show Log')];
  const buttons = settingFlaws.all.length === 1 ? [open] : [open, showLog];
  const chosen = await report.announce('warning', first.sentence, ...buttons);
  if (chosen === open) await commands.executeCommand('workbench.action.openSettings', first.setting);
  if (chosen === showLog) await commands.executeCommand('gitlabBuilds.showOutput');
};

export const copyDiagnostics: Command = async (context) => {
  await env.clipboard.writeText(await diagnostics(context));
  context.report.done(l10n.t('Diagnostics copied'));
};

/** Opens VS Code's own issue reporter for this extension: the user sees, and can change, all that it will contain. */
export const reportIssue: Command = async (context) => {
  const { publisher, name } = context.manifest;
  const quoted = (await diagnostics(context)).split('\n').map((line) => `    ${line}`);
  const issueBody = `\n\n${quoted.join('\n')}\n`;
  await commands.executeCommand('workbench.action.openIssueReporter', {
    extensionId: `${publisher}.${name}`,
    issueBody,
  });
};

type Line = readonly [string, unknown];

/**
 * Diagnostic text, composed only of values known not to be secret; nothing is copied as a whole from remotes, settings
 * or responses.
 */
async function diagnostics(context: CommandContext): Promise<string> {
  const { session, settings, tokens, manifest } = context;
  const { activeSeconds, idleSeconds } = settings.intervals();
  const stored = await tokens.stored();
  const instances = (await session.instances()).map(
    ({ url, apiVersion }) => `${url} (${apiVersion}, ${tokenWord(url)})`,
  );
  function tokenWord(url: string): string {
    if (stored.includes(url)) return 'token stored';
    return tokens.isFromEnvironment(url) ? 'token from the environment' : 'no token';
  }
  const { repositories, active } = session.state;
  const several = repositories.length > 1;
  const lines: readonly Line[] = [
    ['GitLab Builds', manifest.version],
    ['VS Code', `${vscodeVersion} (${env.appName}, ${env.remoteName ?? 'local'})`],
    ['Node', `${process.version} ${process.platform} ${process.arch}`],
    ['Instances', instances.join(', ') || 'none'],
    ['Refresh', `${activeSeconds} s active, ${idleSeconds} s idle`],
    ...(repositories.length === 0 ? stateLines(context, undefined) : []),
    ...repositories.flatMap(({ root, name, snapshot }) => [
      ...(several ? [['Repository', root === active ? `${name} (active)` : name] as const] : []),
      ...stateLines(context, snapshot),
    ]),
  ];
  return lines.map(([name, value]) => `${name}: ${String(value)}`).join('\n');
}

/** State of one repository. */
function stateLines({ clients }: CommandContext, snapshot: Snapshot | undefined): readonly Line[] {
  const target = targetOf(snapshot);
  const client = target === undefined ? undefined : clients.of(target.instance);
  const ready = snapshot?.kind === 'ready' ? snapshot : undefined;
  const failure = snapshot?.kind === 'failed' ? snapshot.failure : ready?.stale?.failure;
  return [
    ['State', snapshot === undefined ? 'starting' : stateWord(snapshot)],
    [
      'Shown',
      target === undefined ? 'nothing' : `${target.instance.url}, project ${target.project}, commit ${target.sha}`,
    ],
    ['HEAD', target === undefined ? 'not known' : headOf(target, ready?.ancestor?.back)],
    ['API', client === undefined ? 'not known' : apiOf(client)],
    ['Token', client === undefined ? 'not known' : abilityOf(client)],
    ['Builds', ready?.builds.length ?? 0],
    [
      'Failure',
      failure === undefined ? 'none' : [failure.kind, failure.status, failure.reason].filter(Boolean).join(' '),
    ],
  ];
}

function headOf({ pinned, head }: Target, back: number | undefined): string {
  if (pinned) return 'not followed';
  if (head === undefined) return 'not known';
  const { branch, pushed, shallow, operation } = head;
  const words = [
    branch === undefined ? 'detached' : 'on a branch',
    pushed === undefined ? undefined : pushed ? 'pushed' : 'not pushed',
    shallow ? 'shallow' : undefined,
    operation,
    back === undefined ? undefined : `builds of ${back} back`,
  ];
  return words.filter((word) => word !== undefined).join(', ');
}

function apiOf({ server, usesGraphql }: GitLabClient): string {
  if (server === undefined) return 'not known';
  const api = usesGraphql === true ? `${server.api} and GraphQL` : server.api;
  return server.version === undefined ? api : `${api}, GitLab ${server.version}`;
}

/** What the token may do, as far as known. */
function abilityOf({ readOnly, scopes }: GitLabClient): string {
  const scopesText = scopes.length === 0 ? 'scopes not told' : `scopes ${scopes.join(' ')}`;
  return readOnly ? `read-only, ${scopesText}` : scopesText;
}
