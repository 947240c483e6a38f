import assert from 'node:assert/strict';
import { readOnlyRedirect, redirectLoop } from '../../src/core/gitlab/http/httpFailures';
import { window } from 'vscode';
import {
  DiskError,
  DownloadInterrupted,
  GitLabError,
  type DiskFailureKind,
  type Failure,
} from '../../src/core/model/errors';
import { UserError, Report, sentenceFor } from '../../src/ui/report';
import { newTokenSentence, readOnlySentence } from '../../src/ui/text/failures';
import { commands } from './vscode';
import { editor } from './fake/editor';
import type { Message } from './fake/message';
import { until } from './fake/until';
import { hostileTexts } from './samples';

const host = 'git.example.com';

describe('The guard around a command', () => {
  const report = (): Report => new Report(window.createOutputChannel('x', { log: true }));
  const guarded = (error: unknown) => report().guard('retry', () => Promise.reject(error as Error));
  const only = (): Message => {
    const [message, ...others] = editor().messages;
    assert.ok(message && others.length === 0);
    return message;
  };

  it('returns the result of the work', async () =>
    assert.equal(await report().guard('x', () => Promise.resolve(7)), 7));

  it('ends while its message is still open', async () => {
    await guarded(new UserError('No.'));
    assert.equal(only().open, true);
  });

  it('says nothing about what the user canceled', async () => {
    await guarded(Object.assign(new Error('x'), { name: 'AbortError' }));
    assert.deepEqual([editor().messages, editor().log], [[], []]);
  });

  it('says nothing about what an AbortSignal aborted', async () => {
    await guarded(AbortSignal.abort().reason);
    assert.deepEqual(editor().messages, []);
  });

  it('shows one error message, and one line in the log that names the command', async () => {
    await guarded(new GitLabError({ kind: 'forbidden', host, status: 403, reason: 'Build is not erasable!' }));
    assert.deepEqual([only().severity, only().text], ['error', `${host} doesn't allow this: Build is not erasable!`]);
    assert.deepEqual(editor().log, [{ level: 'warn', text: `retry: forbidden ${host} 403 Build is not erasable!` }]);
  });

  it('logs a bug of ours with its stack', async () => {
    await guarded(new TypeError('x is not a function'));
    assert.match(editor().log[0]?.text ?? '', /^retry: TypeError: x is not a function\n +at /);
    assert.equal(only().text, 'Something went wrong in GitLab Builds (x is not a function).');
  });

  it('handles a thrown value that is not an error', async () => {
    await guarded('oh');
    assert.equal(only().text, 'Something went wrong in GitLab Builds (oh).');
  });

  const remedies: readonly (readonly [string, unknown, string, string, readonly unknown[]])[] = [
    ...(['unauthorized', 'expired', 'revoked', 'insufficientScope'] as const).map(
      (kind) => [kind, new GitLabError({ kind, host }), 'Sign In Again', 'gitlabBuilds.signIn', []] as const,
    ),
    [
      'a proxy',
      new GitLabError({ kind: 'proxyAuth', host }),
      'Open Settings',
      'workbench.action.openSettings',
      ['http.proxy'],
    ],
    ['a refusal that says so', new UserError('No.', 'signIn'), 'Sign In Again', 'gitlabBuilds.signIn', []],
    ...(['notGitLab', 'noGitLab'] as const).map(
      (kind) =>
        [
          kind,
          new GitLabError({ kind, host }),
          'Open Settings',
          'workbench.action.openSettings',
          ['gitlabBuilds.instances'],
        ] as const,
    ),
    [
      'a folder outside the workspace',
      new DiskError('outsideWorkspace', '..'),
      'Open Settings',
      'workbench.action.openSettings',
      ['gitlabBuilds.artifacts.directory'],
    ],
    [
      'something too big for the cache',
      new DiskError('tooBigForCache', '2/1'),
      'Open Settings',
      'workbench.action.openSettings',
      ['gitlabBuilds.artifacts.cacheMegabytes'],
    ],
    [
      'a download that broke off, depending on the cause',
      new DownloadInterrupted(1, 2, new GitLabError({ kind: 'expired', host })),
      'Sign In Again',
      'gitlabBuilds.signIn',
      [],
    ],
    [
      'a server in front of a GitLab that worked before',
      new GitLabError({ kind: 'notGitLab', host, wasGitLab: true }),
      'Show Log',
      'gitlabBuilds.showOutput',
      [],
    ],
    ['anything else', new DiskError('noSpace', '/x'), 'Show Log', 'gitlabBuilds.showOutput', []],
  ];
  for (const [what, error, button, command, args] of remedies)
    it(`offers "${button}" for ${what}`, async () => {
      const run: (readonly unknown[])[] = [];
      for (const name of ['gitlabBuilds.signIn', 'gitlabBuilds.showOutput'])
        commands.registerCommand(name, (...given) => run.push([name, ...given]));
      await guarded(error);
      assert.deepEqual(only().buttons, [button]);
      only().press(button);
      await until('the remedy', () => run.length + editor().executed.length > 0);
      const builtIn = editor().executed.map((one) => [one.command, ...one.args]);
      assert.deepEqual([...run, ...builtIn], [[command, ...args]]);
    });

  it('shows a refusal as a warning, without a button if none helps', async () => {
    await guarded(new UserError('No.'));
    assert.deepEqual([only().severity, only().text, only().buttons], ['warning', 'No.', []]);
  });

  it('does nothing when its message is closed', async () => {
    await guarded(new GitLabError({ kind: 'notGitLab', host }));
    only().close();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(editor().executed, []);
  });
});

describe('An announcement', () => {
  const announce = (severity: 'warning' | 'information') =>
    new Report(window.createOutputChannel('x', { log: true })).announce(severity, 'It is over.', 'Look', 'Never');

  for (const severity of ['warning', 'information'] as const)
    it(`with severity ${severity} is a non-modal message, and resolves with the button`, async () => {
      const answer = announce(severity);
      const [message] = editor().messages;
      assert.ok(message);
      assert.deepEqual([message.severity, message.text, message.modal], [severity, 'It is over.', false]);
      assert.deepEqual(message.buttons, ['Look', 'Never']);
      message.press('Look');
      assert.equal(await answer, 'Look');
    });

  it('resolves with nothing when it is closed', async () => {
    const answer = announce('warning');
    editor().messages[0]?.close();
    assert.equal(await answer, undefined);
  });
});

describe('The message for a failure', () => {
  const failures: Readonly<Record<Failure['kind'], RegExp>> = {
    unauthorized: /^git\.example\.com rejected your token \(why\)\. Sign in again\.$/,
    expired: /^Your token for git\.example\.com has expired\. Create a new one and sign in again\.$/,
    revoked: /^Your token for git\.example\.com was revoked\. Create a new one and sign in again\.$/,
    insufficientScope:
      /^Your token for git\.example\.com can't do this: .* scope why\. Sign in again with one that can\.$/,
    forbidden: /^git\.example\.com doesn't allow this: why$/,
    unsupported: /^This version of git\.example\.com doesn't support this\.$/,
    notFound: /^git\.example\.com couldn't find it, or your token has no access \(why\)\.$/,
    refused: /^git\.example\.com refused the request \(why\)\.$/,
    rateLimited: /^git\.example\.com: rate limit reached, retrying at .*\d.*\.$/,
    offline: /^Can't reach git\.example\.com \(why\)\. Check your network or VPN\.$/,
    timeout: /^git\.example\.com didn't respond in time\. Try again later\.$/,
    notGitLab:
      /^git\.example\.com responds, but not as GitLab's API \(why\)\. Something is in front of it, .* gitlabBuilds\.instances\.$/,
    noGitLab:
      /^git\.example\.com responds, but it isn't GitLab\. Is the path missing from git\.example\.com\? Check gitlabBuilds\.instances, .*\.$/,
    tls: /^The certificate of git\.example\.com isn't trusted on this machine \(why\)\. Add its authority to the system's certificates\.$/,
    proxyAuth: /^The proxy for git\.example\.com requires a username and password\. .* http\.proxy\.$/,
    tooLarge: /^git\.example\.com sent more than why, which is more than this extension reads\.$/,
    invalidAnswer: /^Couldn't read the response from git\.example\.com \(why\)\.$/,
    storage: /^GitLab's file storage git\.example\.com refused this file \(why\)\. Try again\. /,
    server: /^git\.example\.com reported a server error \(503\)\. Try again later\.$/,
    git: /^git couldn't read this repository \(why\)\. Try again\.$/,
    keyring:
      /^Your token couldn't be read from VS Code's secret storage \(why\)\. If the system's keyring is locked, unlock it /,
    unexpected: /^Something went wrong in GitLab Builds \(why\)\.$/,
  };
  const sentence = (failure: Failure): string => sentenceFor(new GitLabError(failure));

  for (const [kind, expected] of Object.entries(failures))
    it(`of the kind ${kind} says what happened and what to do`, () => {
      const failure = { kind: kind as Failure['kind'], host, status: 503, reason: 'why', retryAt: Date.now() };
      assert.match(sentence(failure), expected);
    });

  it('has no gap if the reason, the host or the time is unknown', () => {
    for (const kind of Object.keys(failures) as Failure['kind'][])
      assert.doesNotMatch(sentence({ kind }), /undefined|\(\)|\s[.:]|\s{2}/);
  });

  const ofTls: readonly (readonly [string, RegExp])[] = [
    ['CERT_HAS_EXPIRED', /has expired\. .* check the clock/],
    ['CERT_NOT_YET_VALID', /isn't valid yet\. Check the clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /is for another host name\. /],
    ['HOSTNAME_MISMATCH', /is for another host name\. /],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      /isn't trusted on this machine \(DEPTH_ZERO_SELF_SIGNED_CERT\)\. Add its authority/,
    ],
    ['SELF_SIGNED_CERT_IN_CHAIN', /isn't trusted on this machine/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /isn't trusted on this machine/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /isn't trusted on this machine/],
    ['EPROTO', /doesn't use TLS on that port \(EPROTO\)/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /doesn't use TLS on that port/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /requires a client certificate/],
  ];
  for (const [reason, expected] of ofTls)
    it(`for TLS says what is wrong with ${reason}`, () =>
      assert.match(sentence({ kind: 'tls', host, reason }), expected));

  it('says why GitLab accepts no changes', () => {
    for (const reason of [
      'GitLab is undergoing maintenance',
      'You cannot perform write operations on a read-only instance',
    ])
      assert.equal(
        sentence({ kind: 'server', host, status: 503, reason }),
        `git.example.com doesn't accept changes right now: ${reason}`,
      );
    assert.match(
      sentence({
        kind: 'forbidden',
        host,
        status: 403,
        reason: 'You cannot perform write operations on a read-only instance',
      }),
      /^git\.example\.com doesn't accept changes right now: You cannot/,
    );
    assert.match(
      sentence({ kind: 'server', host, reason: readOnlyRedirect }),
      /^git\.example\.com doesn't accept changes right now: it's in maintenance mode, or a read-only copy of another GitLab\.$/,
    );
  });

  it('identifies a redirect loop', () =>
    assert.match(sentence({ kind: 'notGitLab', host, reason: redirectLoop }), /redirects requests in a loop\. /));

  it('does not blame the address of a GitLab that worked before', () => {
    const failure = {
      kind: 'notGitLab',
      host,
      reason: 'a redirect to https://sso.example.com',
      wasGitLab: true,
    } as const;
    assert.match(
      sentence(failure),
      /anymore \(a redirect to https:\/\/sso\.example\.com\)\. Something is in front of it/,
    );
    assert.doesNotMatch(sentence(failure), /gitlabBuilds\.instances/);
  });

  it('names the base URL if there is no GitLab', () =>
    assert.match(
      sentence({ kind: 'noGitLab', host, status: 404, url: 'https://git.example.com/git' }),
      /missing from https:\/\/git\.example\.com\/git\?/,
    ));

  it('names the scopes that would suffice, or what GitLab says about a fine-grained token', () => {
    const word = (reason: string) => sentence({ kind: 'insufficientScope', host, status: 403, reason });
    assert.match(word('api read_api'), /can't do this: it needs the scope api or read_api\. Sign in again/);
    assert.match(word('api'), /it needs the scope api\. Sign in again/);
    assert.match(word('Access denied: lacks [read_job].'), /can't do this \(Access denied: lacks \[read_job\]\.\)\./);
  });

  it('about a read-only token says which kind can do more', () =>
    assert.equal(
      readOnlySentence(host),
      `Your token for ${host} is read-only (scope read_api). Sign in again with one that has the scope api.`,
    ));

  it('names the status of a refusal without a reason', () =>
    assert.equal(sentence({ kind: 'refused', host, status: 409 }), `${host} refused the request (409).`));

  it('about a newly entered token distinguishes its problems, and is otherwise unchanged', () => {
    const about = (kind: Failure['kind']) => newTokenSentence({ kind, host, reason: 'why' });
    assert.equal(about('unauthorized'), `${host} rejected this token. Check that it is complete and hasn't expired.`);
    assert.equal(about('expired'), `${host} reports that this token has expired. Create a new one.`);
    assert.equal(about('revoked'), `${host} reports that this token was revoked. Create a new one.`);
    assert.equal(
      about('insufficientScope'),
      `This token can't use the API of ${host}. Create one with the scope "api".`,
    );
    assert.equal(about('server'), sentence({ kind: 'server', host }));
  });

  for (const text of hostileTexts)
    it(`is one line without links for the reason ${JSON.stringify(text)}`, () => {
      for (const kind of Object.keys(failures) as Failure['kind'][])
        assert.doesNotMatch(sentence({ kind, host, reason: text, url: text }), /\]\(|[\n\r\u2028]/);
    });

  /** Written as a record, so that the compiler asks for a new kind here too. */
  const disk = Object.keys({
    outsideWorkspace: 0,
    incomplete: 0,
    noSpace: 0,
    denied: 0,
    inUse: 0,
    exists: 0,
    tooBigForCache: 0,
    disk: 0,
  } satisfies Record<DiskFailureKind, 0>) as DiskFailureKind[];
  for (const kind of disk)
    it(`about the disk (${kind}) says what happened, on one line without links`, () => {
      assert.match(sentenceFor(new DiskError(kind, 'the detail')), /^[A-Zt"].*\.$/);
      for (const text of hostileTexts) assert.doesNotMatch(sentenceFor(new DiskError(kind, text)), /\]\(|[\n\r\u2028]/);
    });

  it('about something too big for the cache names both sizes', () =>
    assert.match(
      sentenceFor(new DiskError('tooBigForCache', '1200000000/200000000')),
      /^Too large to preview: 1\.2 GB \(limit: 200 MB\)\. Raise the setting gitlabBuilds\.artifacts\.cacheMegabytes, /,
    ));

  it('about a download that broke off says how far it got, that it will resume, and what broke it', () => {
    const cause = new GitLabError({ kind: 'timeout', host });
    assert.equal(
      sentenceFor(new DownloadInterrupted(3_400_000, 10_000_000, cause)),
      "git.example.com didn't respond in time. Try again later. 3.4 MB of 10 MB were kept. The next download continues from there.",
    );
  });
});
