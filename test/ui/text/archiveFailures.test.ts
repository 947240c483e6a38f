import assert from 'node:assert/strict';
import { window } from 'vscode';
import { ArchiveError, type ArchiveFailureKind } from '../../../src/core/artifacts/archiveErrors';
import type { LeftOutKind } from '../../../src/core/artifacts/extract/leftOut';
import { leftOutSentence } from '../../../src/ui/text/archiveFailures';
import { Report, sentenceFor } from '../../../src/ui/report';
import manifest from '../../../package.json';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { hostileTexts } from '../samples';

const detail = { path: 'bin/app', other: 'bin/App', count: 7_000_000, limit: 5_000_000 };

/** What each says first; written as a record, so that the compiler asks for a new kind here too. */
const sentences: Readonly<Record<ArchiveFailureKind, RegExp>> = {
  parent: /^"bin\/app" points outside the target folder \(\.\.\)\./,
  absolute: /^"bin\/app" is an absolute path\./,
  drive: /^"bin\/app" names a drive\./,
  network: /^"bin\/app" names a network folder\./,
  backslash: /^"bin\/app" contains a backslash/,
  controlCharacter: /^"bin\/app" contains an invisible character\./,
  noName: /^An entry has no name\./,
  reservedName: /^"bin\/app" is a reserved name on Windows\./,
  trailingDot: /^A name in "bin\/app" ends with a dot or a space/,
  colon: /^"bin\/app" contains a colon/,
  forbiddenCharacter: /^"bin\/app" contains a character that Windows doesn't allow in names\./,
  longName: /^The name of "bin\/app" is too long \(limit: 5.000.000 bytes\)\./,
  longPath: /^The path "bin\/app" is too long \(limit: 5.000.000 bytes\)\./,
  gitFolder: /^"bin\/app" would change the git configuration/,
  symlink: /^"bin\/app" is a symbolic link/,
  special: /^"bin\/app" is a device, a pipe or a socket, not a file\./,
  belowFile: /^"bin\/app" would be inside "bin\/App", which is a file\./,
  belowLink: /^"bin\/app" would be written through the symbolic link "bin\/App"\./,
  duplicate: /^"bin\/app" occurs twice\./,
  collision: /^"bin\/app" and "bin\/App" are the same name on disks/,
  fileAndFolder: /^"bin\/app" is both a file and a folder\./,
  tooManyEntries: /^The archive has 7.000.000 entries \(limit: 5.000.000\)\./,
  tooBig: /^The unpacked archive is larger than 5\.0 MB\./,
  ratio: /^"bin\/app" unpacks to more than 5.000.000 times its size\./,
  overlap: /^"bin\/app" overlaps another entry\. The archive looks malicious\./,
  listTooBig: /^The archive's directory has 7\.0 MB \(limit: 5\.0 MB\)\./,
  encrypted: /^"bin\/app" is encrypted\./,
  method: /^"bin\/app" uses an unsupported compression method\./,
  damaged: /^"bin\/app" is damaged: its checksum/,
  truncated: /^"bin\/app" is incomplete\./,
  header: /^"bin\/app" is damaged: its header/,
  directory: /^"bin\/app" is damaged: its directory/,
  zip64: /^"bin\/app" is damaged: its sizes/,
  multiDisk: /^The archive is one part of a multi-part archive\./,
  empty: /^The archive is empty \(0 bytes\)\./,
  notZip: /^The artifacts aren't a zip archive\./,
  changed: /^The artifacts have changed\./,
  missing: /^"bin\/app" isn't in the archive\./,
};
const kinds = Object.keys(sentences) as ArchiveFailureKind[];

describe('The sentence for an archive', () => {
  for (const kind of kinds)
    it(`for the kind ${kind} says what is wrong and what to do`, () => {
      const sentence = sentenceFor(new ArchiveError(kind, detail));
      assert.match(sentence, sentences[kind]);
      assert.match(sentence, /\. (Nothing was written\. .+|Refresh and try again)\.$/);
    });

  it('is different for each kind', () => {
    const all = kinds.map((kind) => sentenceFor(new ArchiveError(kind, detail)));
    assert.equal(new Set(all).size, kinds.length);
  });

  it('has no gap if the entry or the numbers are unknown', () => {
    for (const kind of kinds)
      assert.doesNotMatch(sentenceFor(new ArchiveError(kind)), /undefined|NaN|""|\{|\s[.:,]|\s{2}/, kind);
  });

  it("is one line without links, whatever the entry's name", () => {
    for (const kind of kinds)
      for (const text of hostileTexts)
        assert.doesNotMatch(sentenceFor(new ArchiveError(kind, { path: text, other: text })), /\]\(|[\n\r\u2028]/);
  });

  it('says what was left out, by type', () => {
    const of = (...found: readonly LeftOutKind[]) => leftOutSentence(found.map((kind) => ({ kind, path: 'a' })));
    assert.equal(of(), undefined);
    assert.equal(of('symlink'), '1 entry left out: 1 link.');
    assert.equal(of('symlink', 'gitFolder', 'symlink'), '3 entries left out: 2 links, 1 .git.');
    assert.equal(
      of('longName', 'special', 'collision', 'colon', 'backslash', 'method'),
      "6 entries left out: 2 with names that this disk can't hold, 1 device or pipe, " +
        "1 with a name that this disk can't tell from another, 1 with an unsafe name, 1 with unknown compression.",
    );
  });

  for (const [kind, setting] of [
    ['tooManyEntries', 'gitlabBuilds.artifacts.maxEntries'],
    ['tooBig', 'gitlabBuilds.artifacts.maxUnpackedMegabytes'],
    ['ratio', 'gitlabBuilds.artifacts.maxRatio'],
  ] as const)
    it(`offers to raise the limit of ${kind}`, async () => {
      assert.ok(
        manifest.contributes.configuration.some(({ properties }) => setting in properties),
        setting,
      );
      const report = new Report(window.createOutputChannel('x', { log: true }));
      await report.guard('downloadArtifacts', () => Promise.reject(new ArchiveError(kind, detail)));
      assert.deepEqual(editor().messages[0]?.buttons, ['Open Settings']);
      editor().messages[0]?.press('Open Settings');
      const executed = await until('the settings', () => editor().executed[0]);
      assert.deepEqual(executed, { command: 'workbench.action.openSettings', args: [setting] });
    });

  it('is logged with its kind and its entry, without a stack', async () => {
    const report = new Report(window.createOutputChannel('x', { log: true }));
    await report.guard('downloadArtifacts', () => Promise.reject(new ArchiveError('symlink', { path: 'a/b' })));
    assert.deepEqual(editor().log, [{ level: 'warn', text: 'downloadArtifacts: symlink a/b' }]);
    assert.deepEqual(editor().messages[0]?.buttons, ['Show Log']);
  });
});
