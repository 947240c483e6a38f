import { l10n } from 'vscode';
import type { ArtifactsNode } from '../../core/model/tree';
import { goneSentence, reportsSentence } from '../text/goneArtifacts';
import { formatSize, knownSize } from '../text/buildText';
import { oneLine } from '../text/failures';
import { recentlyWords } from '../text/testText';
import { noteWords } from './artifactItems';
import { expiryOf } from './expiry';
import type { ArtifactFileNode, ArtifactRowNode, TestNode } from '../tree/treeRows';
import { plural } from '../text/plural';

const longest = 3000;

/** Tooltip as plain text, so that nothing from an archive becomes a link. `now` in ms since 1970. */
export function artifactsTooltip({ build }: ArtifactsNode, now: number): string {
  const { artifacts, reports } = build;
  if (artifacts === undefined) return reports === undefined ? goneSentence(build, now) : reportsSentence(build);
  const expiry = expiryOf(artifacts.expireAt, now);
  const isPast = expiry !== undefined && Date.parse(artifacts.expireAt ?? '') <= now;
  return lines(
    [oneLine(artifacts.filename), knownSize(artifacts)].filter((part) => part !== undefined).join(', '),
    expiry?.sentence,
    isPast ? l10n.t('GitLab may delete them at any time. Retry the build to create them again.') : undefined,
    expiry?.isNear === true && !isPast ? l10n.t('Keep or download them before then.') : undefined,
  );
}

export function artifactTooltip(node: ArtifactRowNode): string | undefined {
  switch (node.kind) {
    case 'artifactFolder':
      return lines(oneLine(node.path), folderWords(node.folder.files, formatSize(node.size)));
    case 'artifactFile':
      return fileTooltip(node);
    case 'artifactReport':
      return l10n.t("GitLab shows this report on its pages only. It can't be downloaded.");
    case 'artifactNote':
      return node.note.kind === 'failed' ? lines(noteWords(node), l10n.t('Click to try again.')) : undefined;
    case 'tests':
      return l10n.t('From JUnit reports');
    case 'test':
      return testTooltip(node);
    default:
      return node satisfies never;
  }
}

function fileTooltip({ path, size, entry, uri }: ArtifactFileNode): string {
  const time = entry.modifiedAt === undefined ? undefined : new Date(entry.modifiedAt).toLocaleString();
  return lines(
    oneLine(path),
    [formatSize(size), time].filter((part) => part !== undefined).join(', '),
    uri === undefined
      ? l10n.t("It can't be opened: its name is unsafe, or another file has the same name.")
      : undefined,
  );
}

function testTooltip({ test, report }: TestNode): string {
  const { classname, suite, name, message, text } = test;
  const group = [suite, classname].filter((part) => part !== undefined && part !== '');
  const trace = (text ?? '').replace(/[^\P{Cc}\n\t]/gu, '');
  return lines(
    oneLine([...new Set(group), name].join(' › ')),
    message === undefined || trace.includes(message) ? undefined : oneLine(message),
    trace === '' ? undefined : `\n${trace.slice(0, longest)}${trace.length > longest ? ' …' : ''}\n`,
    recentlyWords(test),
    report === undefined ? undefined : l10n.t('From {0}', oneLine(report)),
  );
}

function lines(...all: readonly (string | undefined)[]): string {
  return all.filter((line) => line !== undefined && line !== '').join('\n');
}

function folderWords(files: number, size: string): string {
  return plural(files, l10n.t('{0} file, {1}', files, size), l10n.t('{0} files, {1}', files, size));
}
