import nls from '../../../package.nls.json';
import { ArchiveError, type ArchiveFailureKind } from '../../../src/core/artifacts/archiveErrors';
import { DiskError, type DiskFailureKind, type Failure, type FailureKind } from '../../../src/core/model/errors';
import { archiveSentence } from '../../../src/ui/text/archiveFailures';
import { diskSentence } from '../../../src/ui/text/diskFailures';
import { failureSentence } from '../../../src/ui/text/failures';

/** Why a failure happens and what helps, with the cases in which its sentence differs. */
type Entry = readonly [why: string, help: string, ...cases: readonly Partial<Failure>[]];

const host = 'git.example.com';
const retry = 'Nothing to do: the extension retries automatically.';

/** Every kind must be here, or the compiler objects. */
const failures = {
  unauthorized: ['The token is mistyped, expired or revoked.', 'Sign in again with a new token.'],
  expired: ['GitLab says so since 10.2.', 'Create a new token and sign in again.'],
  revoked: ['Someone revoked the token in GitLab.', 'Create a new token and sign in again.'],
  insufficientScope: ['The token lacks a scope.', 'Use a token with the scope `api`.', { reason: 'api read_api' }],
  forbidden: ["Your role in the project doesn't allow it.", 'Ask a Maintainer of the project.', {}, { reason: '…' }],
  notFound: [
    'The project or build is gone, or the token may not see it; GitLab responds the same way to both.',
    'Check the remote, `gitlabBuilds.project` and your access, or refresh.',
    { reason: '404 Project Not Found' },
    {},
  ],
  unsupported: ['This version of GitLab lacks it.', 'See [GitLab versions](versions.md).'],
  refused: ['The build has changed in the meantime, or a rule in GitLab forbids it.', 'Refresh.', { status: 422 }],
  rateLimited: ['Your GitLab limits the rate of requests.', retry],
  offline: ['The network, VPN, DNS or server is down.', retry, { reason: 'ENOTFOUND' }, { reason: 'ECONNRESET' }],
  timeout: ['The server or the network is slow.', retry],
  notGitLab: [
    'A sign-in page, a proxy or a captive portal responds instead of GitLab.',
    'Check your network, or ask the administrator to let API requests with a token through.',
  ],
  noGitLab: [
    'There is no GitLab at this address.',
    'Correct the URL, path included, at sign-in or in `gitlabBuilds.instances`.',
    { url: `https://${host}` },
  ],
  tls: [
    'The certificate, its authority, the port, the TLS version or a clock is wrong, or the server requires a client certificate.',
    "Follow the advice in the sentence. If only the authority isn't trusted, add it to the system's certificates, or start VS Code with `NODE_EXTRA_CA_CERTS`.",
    ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'].map((reason) => ({
      reason,
    })),
    ...['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'SELF_SIGNED_CERT_IN_CHAIN'].map(
      (reason) => ({ reason }),
    ),
  ],
  proxyAuth: ['A proxy along the way responded with 407.', 'Add a username and password to the setting `http.proxy`.'],
  invalidAnswer: ["The response is damaged, or isn't what GitLab sends.", retry],
  tooLarge: ['The response exceeds a limit of this extension.', 'Open it in the browser.', { reason: '4 MB' }],
  server: ['GitLab is overloaded or being updated.', retry, { status: 502 }, { reason: 'maintenance mode' }],
  storage: [
    "GitLab's object storage is down or misconfigured.",
    'Try again, or contact the administrator.',
    { status: 403 },
  ],
  git: ["git isn't installed, failed or took too long.", 'See what git says in the extension log.'],
  keyring: ["The system's keyring is locked or missing.", 'Unlock it.'],
  unexpected: ['A bug in this extension.', 'Report it with *Copy Diagnostics*.'],
} satisfies Record<FailureKind, Entry>;

const disk = {
  outsideWorkspace: '../elsewhere',
  incomplete: '1234',
  noSpace: '',
  denied: 'artifacts.zip',
  inUse: 'artifacts.zip',
  exists: 'artifacts',
  tooBigForCache: '300000000/200000000',
  disk: 'EIO',
} satisfies Record<DiskFailureKind, string>;

const archive = {
  ...{ parent: 0, absolute: 0, drive: 0, network: 0, backslash: 0, controlCharacter: 0, noName: 0, reservedName: 0 },
  ...{
    trailingDot: 0,
    colon: 0,
    forbiddenCharacter: 0,
    longName: 0,
    longPath: 0,
    gitFolder: 0,
    symlink: 0,
    special: 0,
  },
  ...{ belowFile: 0, belowLink: 0, duplicate: 0, collision: 0, fileAndFolder: 0, tooManyEntries: 0, tooBig: 0 },
  ...{ ratio: 0, overlap: 0, listTooBig: 0, encrypted: 0, method: 0, damaged: 0, truncated: 0, header: 0 },
  ...{ directory: 0, zip64: 0, multiDisk: 0, empty: 0, notZip: 0, changed: 0, missing: 0 },
} satisfies Record<ArchiveFailureKind, 0>;

/** The part of docs/troubleshooting.md that is made of the tables in code. */
export function messages(): string {
  return [
    '## What the view says\n',
    table(['text', 'ways out'], Object.entries(nls).flatMap(welcome)),
    '\n## What messages, tooltips and logs say\n',
    table(['sentence', 'why', 'what helps'], Object.entries<Entry>(failures).flatMap(failureRows)),
    '\n## What messages about downloads and archives say\n',
    'Each says what helps. Nothing from a refused archive is ever written.\n',
    table(['sentence'], [...diskRows(), ...archiveRows()]),
    '',
  ].join('\n');
}

function failureRows([kind, [why, help, ...cases]]: [string, Entry]): readonly (readonly string[])[] {
  const all = cases.length === 0 ? [{}] : cases;
  return all.map((each) => [failureSentence({ kind: kind as FailureKind, host, ...each }), why, help]);
}

function diskRows(): readonly (readonly string[])[] {
  return Object.entries(disk).map(([kind, detail]) => [diskSentence(new DiskError(kind as DiskFailureKind, detail))]);
}

function archiveRows(): readonly (readonly string[])[] {
  const detail = { path: 'bin/app', other: 'bin', count: 200_000_000, limit: 100_000 };
  return Object.keys(archive).map((kind) => [archiveSentence(new ArchiveError(kind as ArchiveFailureKind, detail))]);
}

const link = /\[([^\]]+)\]\([^)]*\)/g;

/** A welcome text of the view without its links, and the links. */
function welcome([key, text]: [string, string]): readonly (readonly string[])[] {
  if (!key.startsWith('welcome.')) return [];
  const isButton = (line: string) => line.replace(link, '').trim() === '' || line.startsWith('Or [');
  const lines = text.split('\n');
  const words = lines.filter((line) => !isButton(line)).map((line) => line.replace(link, '*$1*'));
  const ways = lines.filter(isButton).flatMap((line) => [...line.matchAll(link)].map(([, label = '']) => `*${label}*`));
  return [[words.join(' '), ways.join(', ')]];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line), ''].join('\n');
}
