import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Instance } from '../../../src/core/model/instance';
import { locate, projectsOf, parseRemote, type Located, type Remote } from '../../../src/core/model/remotes';

const com = instance('https://gitlab.com');
const own = instance('https://git.example.com', 'ssh.example.com', 'mirror.example.com:2222');
const rooted = instance('https://tools.example.com/gitlab');
const ported = instance('http://127.0.0.1:8080/git/lab');
const ipv6 = instance('http://[::1]:3000');
const shared = instance('https://both.example.com');
const nested = instance('https://both.example.com/inner');
const idn = instance('https://gruppe.xn--exmple-cua.com');
const oddly = instance('https://web.example.com', 'odd.example.com:80');
const instances = [oddly, idn, com, own, rooted, ported, ipv6, shared, nested];

function instance(url: string, ...hosts: readonly string[]): Instance {
  return { url, hosts, apiVersion: 'auto' };
}

function located(...urls: readonly string[]): Located {
  const remotes = urls.map((url, at) => ({ name: at === 0 ? 'origin' : `remote${at}`, url }));
  return locate(remotes, instances, {});
}

describe('locate: a remote of an instance', () => {
  const cases: Readonly<Record<string, readonly [Instance, string]>> = {
    // https
    'https://gitlab.com/group/project.git': [com, 'group/project'],
    'https://gitlab.com/group/project': [com, 'group/project'],
    'https://gitlab.com/group/project/': [com, 'group/project'],
    'https://gitlab.com/group/project.git/': [com, 'group/project'],
    'https://gitlab.com//group//project.git': [com, 'group/project'],
    'https://gitlab.com/group/sub/subsub/project.git': [com, 'group/sub/subsub/project'],
    'https://gitlab.com/my.group/my.project.js.git': [com, 'my.group/my.project.js'],
    'https://gitlab.com/group/project.git.git': [com, 'group/project.git'],
    'https://gitlab.com/group/gitlab-ci%20tools': [com, 'group/gitlab-ci tools'],
    'https://gitlab.com/group/100%': [com, 'group/100%'],
    'https://gitlab.com/gruppe/pr%C3%BCfung.git': [com, 'gruppe/prüfung'],
    'https://gitlab.com:443/group/project.git': [com, 'group/project'],
    'HTTPS://GitLab.COM/Group/Project.git': [com, 'Group/Project'],
    'https://dana@gitlab.com/group/project.git': [com, 'group/project'],
    'https://oauth2:secret-token@gitlab.com/group/project.git': [com, 'group/project'],
    'https://gitlab-ci-token:a%40b@gitlab.com/group/project.git': [com, 'group/project'],
    'http://gitlab.com/group/project.git': [com, 'group/project'],
    'https://gitlab.com/group/../other/project': [com, 'other/project'],
    'https://gitlab.com/group/project?private_token=secret#readme': [com, 'group/project'],
    // scp-like
    'git@gitlab.com:group/project.git': [com, 'group/project'],
    'gitlab.com:group/project.git': [com, 'group/project'],
    'git@gitlab.com:/group/project.git': [com, 'group/project'],
    'git@gitlab.com:group/sub/project': [com, 'group/sub/project'],
    'git@GITLAB.com:group/project.git/': [com, 'group/project'],
    'deploy-user@gitlab.com:group/project.git': [com, 'group/project'],
    '@gitlab.com:group/project.git': [com, 'group/project'],
    'git@[::1]:group/project.git': [ipv6, 'group/project'],
    '[::1]:group/project.git': [ipv6, 'group/project'],
    '[git@::1]:group/project.git': [ipv6, 'group/project'],
    'git@[0:0:0:0:0:0:0:1]:group/project.git': [ipv6, 'group/project'],
    '[git@gitlab.com:2222]:group/project.git': [com, 'group/project'],
    'git@[gitlab.com:2222]:group/project.git': [com, 'group/project'],
    '[gitlab.com]:group/project.git': [com, 'group/project'],
    // A port is none here: git takes it for a folder.
    'git@gitlab.com:2222/group/project.git': [com, '2222/group/project'],
    'git@gitlab.com:~dana/project.git': [com, '~dana/project'],
    'git@gitlab.com:group/project.git.git': [com, 'group/project.git'],
    'git@gruppe.exämple.com:group/project.git': [idn, 'group/project'],
    'ssh://git@gruppe.exämple.com/group/project.git': [idn, 'group/project'],
    'https://gruppe.exämple.com/group/project.git': [idn, 'group/project'],
    // ssh and git
    'ssh://git@gitlab.com/group/project.git': [com, 'group/project'],
    'ssh://git@gitlab.com:/group/project.git': [com, 'group/project'],
    'ssh://gitlab.com/~dana/project.git': [com, '~dana/project'],
    'ssh://git@gitlab.com//group/project.git//': [com, 'group/project'],
    'ssh://git@[0:0::1]/group/project.git': [ipv6, 'group/project'],
    'git://[::1]/group/project': [ipv6, 'group/project'],
    'ssh://gitlab.com/group%2Fsub/pr%C3%BCfung.git': [com, 'group/sub/prüfung'],
    'ssh://gitlab.com/group/project.git': [com, 'group/project'],
    'ssh://git@gitlab.com:2222/group/project.git': [com, 'group/project'],
    'SSH://git@gitlab.com/group/project.git': [com, 'group/project'],
    'git+ssh://git@gitlab.com/group/project.git': [com, 'group/project'],
    'ssh+git://git@gitlab.com/group/project.git': [com, 'group/project'],
    'git://gitlab.com/group/project.git': [com, 'group/project'],
    'ssh://git@[::1]:2222/group/project.git': [ipv6, 'group/project'],
    'ssh://git@altssh.gitlab.com:443/group/project.git': [com, 'group/project'],
    'git@altssh.gitlab.com:group/project.git': [com, 'group/project'],
    // further hosts
    'git@ssh.example.com:group/project.git': [own, 'group/project'],
    'ssh://git@mirror.example.com:22/group/project.git': [own, 'group/project'],
    'https://ssh.example.com/group/project.git': [own, 'group/project'],
    'https://mirror.example.com:2222/group/project.git': [own, 'group/project'],
    'http://odd.example.com/group/project.git': [oddly, 'group/project'],
    'http://odd.example.com:80/group/project.git': [oddly, 'group/project'],
    // a dot at the end of the host
    'https://gitlab.com./group/project.git': [com, 'group/project'],
    'https://gitlab.com.:443/group/project.git': [com, 'group/project'],
    'git@gitlab.com.:group/project.git': [com, 'group/project'],
    'git@[gitlab.com.:22]:group/project.git': [com, 'group/project'],
    'ssh://git@GitLab.com.:22/group/project.git': [com, 'group/project'],
    'ssh://git@altssh.gitlab.com.:443/group/project.git': [com, 'group/project'],
    'git@ssh.example.com.:group/project.git': [own, 'group/project'],
    'https://gruppe.EXÄMPLE.com./group/project.git': [idn, 'group/project'],
    'git@gruppe.xn--exmple-cua.com.:group/project.git': [idn, 'group/project'],
    'https://tools.example.com.:443/gitlab/group/project.git': [rooted, 'group/project'],
    // ports
    'ssh://git@gitlab.com:22/group/project.git': [com, 'group/project'],
    'ssh://git@[::1]:22/group/project.git': [ipv6, 'group/project'],
    'https://git.example.com:443/group/project.git': [own, 'group/project'],
    'http://127.0.0.1:8080/git/lab/group/project.git': [ported, 'group/project'],
    'http://[::1]:3000/group/project.git': [ipv6, 'group/project'],
    'http://[0:0:0:0:0:0:0:1]:3000/group/project.git': [ipv6, 'group/project'],
    'git@127.0.0.1:group/project.git': [ported, 'group/project'],
    // relative roots
    'https://tools.example.com/gitlab/group/project.git': [rooted, 'group/project'],
    'https://tools.example.com/gitlab/gitlab/project.git': [rooted, 'gitlab/project'],
    'git@tools.example.com:group/project.git': [rooted, 'group/project'],
    'https://both.example.com/group/project.git': [shared, 'group/project'],
    'https://both.example.com/inner/group/project.git': [nested, 'group/project'],
    'https://both.example.com/innermost/project.git': [shared, 'innermost/project'],
  };
  for (const [url, [its, project]] of Object.entries(cases)) {
    it(`${url} is ${project} of ${its.url}`, () =>
      assert.deepEqual(located(url), { kind: 'project', instance: its, project, remote: 'origin' }));
  }
});

describe('locate: a remote of no instance', () => {
  const unknown: Readonly<Record<string, string>> = {
    'https://gitlab.example.org/group/project.git': 'https://gitlab.example.org',
    'http://gitlab.example.org:3000/group/project.git': 'http://gitlab.example.org:3000',
    'git@gitlab.example.org:group/project.git': 'https://gitlab.example.org',
    'ssh://git@gitlab.example.org:2222/group/project.git': 'https://gitlab.example.org',
    'https://dana:secret@gitlab.example.org/group/project.git': 'https://gitlab.example.org',
    'https://gitlab.com:8443/group/project.git': 'https://gitlab.com:8443',
    'http://127.0.0.1:9090/git/lab/group/project.git': 'http://127.0.0.1:9090',
    'https://tools.example.com/group/project.git': 'https://tools.example.com',
    'https://tools.example.com/gitlabber/project.git': 'https://tools.example.com',
    'https://gitlab.com@evil.com/x/y': 'https://evil.com',
    'https://gitlab.com:x@evil.com/x/y': 'https://evil.com',
    'https://evil.com/gitlab.com/x': 'https://evil.com',
    'https://evil.com/https://gitlab.com/x/y': 'https://evil.com',
    'https://gitlab.com.evil.com/x/y': 'https://gitlab.com.evil.com',
    'https://evil-gitlab.com/x/y': 'https://evil-gitlab.com',
    'git@evil.com:gitlab.com/x': 'https://evil.com',
    'gitlab.com@evil.com:x/y': 'https://evil.com',
    'evil.com:x@gitlab.com:x/y': 'https://evil.com',
    'ssh://gitlab.com@evil.com/x/y': 'https://evil.com',
    'https://evil.com?@gitlab.com/x/y': '',
    'https://evil.com#@gitlab.com/x/y': '',
    'https://notgithub.com/x/y': 'https://notgithub.com',
  };
  for (const [url, base] of Object.entries(unknown)) {
    const expected = base === '' ? { kind: 'notGitLab' } : { kind: 'unknownHost', url: base };
    it(`${url} is of ${base || 'nobody'}`, () => assert.deepEqual(located(url), expected));
  }

  const foreign: Readonly<Record<string, string>> = {
    'https://github.com/owner/repo.git': 'github.com',
    'git@github.com:owner/repo.git': 'github.com',
    'ssh://git@ssh.github.com:443/owner/repo.git': 'ssh.github.com',
    'https://token@GitHub.com/owner/repo': 'github.com',
    'https://github.com./owner/repo.git': 'github.com',
    'git@GitHub.com.:owner/repo.git': 'github.com',
    'https://gist.github.com/abc.git': 'gist.github.com',
    'git@bitbucket.org:owner/repo.git': 'bitbucket.org',
    'git@ssh.dev.azure.com:v3/org/project/repo': 'ssh.dev.azure.com',
    'https://org.visualstudio.com/project/_git/repo': 'org.visualstudio.com',
    'https://codeberg.org/owner/repo.git': 'codeberg.org',
    'git@git.sr.ht:~owner/repo': 'git.sr.ht',
    'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo': 'git-codecommit.eu-west-1.amazonaws.com',
  };
  for (const [url, host] of Object.entries(foreign)) {
    it(`${url} is known not to be GitLab`, () => assert.deepEqual(located(url), { kind: 'notGitLab', host }));
  }

  const local = [
    '',
    '/srv/git/project.git',
    './project',
    '../gitlab.com:x/project.git',
    './gitlab.com:group/project.git',
    'C:\\Users\\dana\\project',
    'C:/Users/dana/project.git',
    'c:project',
    '\\\\server\\share\\project.git',
    '//server/share/project.git',
    'file:///srv/git/project.git',
    'FILE://gitlab.com/group/project.git',
    'ftp://gitlab.com/group/project.git',
    'ext::ssh git@gitlab.com group/project.git',
    'gcrypt::git@gitlab.com:group/project.git',
    'https://',
    'https://gitlab.com',
    'https://gitlab.com/.git',
    'git@gitlab.com:',
    'ssh://',
    'https://a b.com/x/y',
    'git@gitlab.com\n.evil.com:x/y',
    'git@gitl b.com:x/y',
    'git@gitl%61b.com:x/y',
    'gitlab.com#.evil.com:x/y',
    '[gitlab.com?x]:x/y',
    '[fe80::1%eth0]:x/y',
    '[::1',
    '[]:x/y',
    '[git@]:x/y',
    'ssh://git@gitlab.com:group/project.git',
    'file://gitlab.com/group/project.git',
    '~/project.git',
    '../project.git',
    'project',
  ];
  for (const url of local) {
    it(`${JSON.stringify(url)} is invalid`, () => assert.deepEqual(located(url), { kind: 'notGitLab' }));
  }
});

describe('locate: several remotes', () => {
  const at = (name: string, host: string): Remote => ({ name, url: `git@${host}:${name}/project.git` });
  const github = at('origin', 'github.com');
  const [origin, fork, mirror] = [
    at('origin', 'gitlab.com'),
    at('fork', 'gitlab.com'),
    at('mirror', 'git.example.com'),
  ];
  const chosen = (remotes: readonly Remote[], choice: Parameters<typeof locate>[2] = {}) => {
    const found = locate(remotes, instances, choice);
    return found.kind === 'project' ? found.project : found.kind;
  };

  it('uses the selected one, with its own project, as long as it is on an instance', () => {
    const settings = { preferred: 'fork', project: 'other/project' };
    assert.equal(chosen([origin, fork], { ...settings, chosen: 'origin' }), 'origin/project');
    for (const other of ['gone', 'github'])
      assert.equal(
        chosen([origin, fork, { ...github, name: 'github' }], { ...settings, chosen: other }),
        'other/project',
      );
  });

  it('uses the push URL if the fetch URL is not on a GitLab instance', () => {
    const pushUrl = 'git@gitlab.com:group/pushed.git';
    assert.equal(chosen([{ ...github, pushUrl }]), 'group/pushed');
    assert.equal(chosen([{ name: 'origin', url: '/srv/mirror', pushUrl }]), 'group/pushed');
    assert.equal(chosen([{ ...origin, pushUrl }]), 'origin/project');
    assert.deepEqual(locate([{ ...github, pushUrl: 'https://gitlab.example.org/x/y' }], instances, {}), {
      kind: 'unknownHost',
      url: 'https://gitlab.example.org',
    });
  });

  it('finds no GitLab if the only remote has no URL', () =>
    assert.equal(chosen([{ name: 'origin', url: '' }]), 'notGitLab'));

  it('returns the projects of all remotes, each once', () => {
    const twin = { ...origin, name: 'twin' };
    const loud = { name: 'loud', url: 'https://gitlab.com/Origin/PROJECT.git' };
    assert.deepEqual(
      projectsOf([github, origin, twin, loud, mirror], instances).map(({ remote, project }) => [remote, project]),
      [
        ['origin', 'origin/project'],
        ['mirror', 'mirror/project'],
      ],
    );
  });

  it('uses only the remote from the setting', () => {
    assert.equal(chosen([origin, fork, mirror], { preferred: 'mirror', upstream: 'fork' }), 'mirror/project');
    assert.deepEqual(locate([origin], instances, { preferred: 'gone' }), { kind: 'missingRemote', remote: 'gone' });
    assert.equal(chosen([], { preferred: 'gone' }), 'noRemote');
    assert.equal(chosen([github, fork], { preferred: 'origin' }), 'notGitLab');
  });

  it("uses the branch's upstream, then origin, then the first remote on a GitLab instance", () => {
    assert.equal(chosen([mirror, origin, fork], { upstream: 'fork' }), 'fork/project');
    assert.equal(chosen([mirror, fork, origin]), 'origin/project');
    assert.equal(chosen([mirror, fork, origin], { upstream: '.' }), 'origin/project');
    assert.equal(chosen([mirror, fork]), 'mirror/project');
  });

  it('skips a remote that is not on GitLab, is a local path, or has a host without an instance', () => {
    assert.equal(chosen([github, fork]), 'fork/project');
    assert.equal(chosen([{ name: 'origin', url: '/srv/git/x' }, fork]), 'fork/project');
    assert.equal(chosen([at('origin', 'gitlab.example.org'), fork]), 'fork/project');
  });

  it('offers to sign in to the first host that may be GitLab', () => {
    assert.deepEqual(locate([github, at('work', 'gitlab.example.org')], instances, {}), {
      kind: 'unknownHost',
      url: 'https://gitlab.example.org',
    });
  });

  it("uses the project from the setting on the remote's instance", () => {
    assert.deepEqual(locate([mirror], instances, { project: 'other/project' }), {
      kind: 'project',
      instance: own,
      project: 'other/project',
      remote: mirror.name,
    });
    assert.equal(chosen([github], { project: 'other/project' }), 'notGitLab');
  });

  it('finds nothing without a remote', () => assert.equal(chosen([]), 'noRemote'));

  it('accepts a configured instance even on the host of another forge', () => {
    const strange = instance('https://github.com');
    assert.equal(locate([github], [strange], {}).kind, 'project');
  });
});

describe('locate, for any remote', () => {
  const piece = fc.constantFrom(
    ...['gitlab.com', 'evil.com', 'git@', 'u:p@', '@', ':', '::', '/', '//', '\\', '.git', '..', '[::1]', '[', ']'],
    ...['https://', 'ssh://', 'git+ssh://', 'file://', ':443', ':x', '%', '%2f', '%00', '?', '#', ' ', '\n', '\0', 'é'],
  );
  const urls = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
    fc.webUrl(),
    fc.string({ unit: 'binary' }),
  );

  it('never throws, and never lets user info through', () => {
    const secret = fc.tuple(fc.constantFrom('https://', 'ssh://', 'http://'), urls);
    fc.assert(fc.property(urls, (url) => void parseRemote(url)));
    fc.assert(
      fc.property(secret, ([scheme, rest]) => {
        assert.doesNotMatch(JSON.stringify(located(`${scheme}dana:s3cr3t@${rest}`)), /s3cr3t/);
      }),
    );
  });

  it("returns an instance only if the host of the remote is the instance's", () => {
    fc.assert(
      fc.property(urls, (url) => {
        const found = located(url);
        if (found.kind !== 'project') return;
        const { hostname } = new URL(found.instance.url);
        const hosts = [hostname, ...found.instance.hosts.map((host) => host.replace(/:\d+$/, ''))];
        const its = parseRemote(url)?.hostname ?? '';
        assert.ok(hosts.includes(its), `${its} is none of ${hosts.join()}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('returns the host that the URL standard finds in a URL, without a dot at its end', () => {
    fc.assert(
      fc.property(fc.constantFrom('https://', 'http://'), urls, (scheme, rest) => {
        const url = `${scheme}${rest}`;
        const parsed = parseRemote(url);
        const { hostname, port } = new URL(parsed === undefined ? 'http://none' : url);
        const host = hostname.replace(/\.+$/, '').replace(/^altssh\./, '');
        if (parsed !== undefined) assert.equal(parsed.host, port === '' ? host : `${host}:${port}`);
      }),
      { numRuns: 2000 },
    );
  });
});
