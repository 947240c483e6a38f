import { l10n } from 'vscode';
import type { DiskError, DownloadBroken } from '../../core/model/errors';
import { formatSize } from './buildText';
import { oneLine } from './failures';

/** What kept a download from this disk, and what to do. */
export function diskSentence({ kind, ...error }: DiskError): string {
  const detail = oneLine(error.detail);
  switch (kind) {
    case 'outsideWorkspace':
      return l10n.t(
        'Artifacts are saved below the workspace folder only, and "{0}" is not. Change gitlabBuilds.artifacts.directory.',
        detail,
      );
    case 'incomplete':
      return l10n.t('The download broke off: {0} bytes came. Nothing was saved; try again.', detail);
    case 'noSpace':
      return l10n.t('The disk is full. Nothing was saved; make room and try again.');
    case 'denied':
      return l10n.t('{0} cannot be written. Nothing was saved; check its permissions.', detail);
    case 'inUse':
      return l10n.t('{0} is in use. Nothing was saved; close it where it is open, and try again.', detail);
    case 'exists':
      return l10n.t('{0} stands in the way. Nothing was saved; move it and try again.', detail);
    case 'tooBigForCache':
      return tooBigSentence(error.detail);
    case 'disk':
      return l10n.t('The file could not be written ({0}). Nothing was saved.', detail);
    default:
      return kind satisfies never;
  }
}

/** `detail`: bytes and the limit. */
function tooBigSentence(detail: string): string {
  const [bytes = NaN, limit = NaN] = detail.split('/').map(Number);
  if (Number.isNaN(bytes) || Number.isNaN(limit))
    return l10n.t('It is too big to be kept for a look. Raise gitlabBuilds.artifacts.cacheMegabytes, or download it.');
  return l10n.t(
    'To look into this takes {0}, and {1} may be kept for that. Raise gitlabBuilds.artifacts.cacheMegabytes, or download the artifacts.',
    formatSize(bytes),
    formatSize(limit),
  );
}

/** `why`: the sentence of what broke it. */
export function brokenSentence({ bytes, total }: DownloadBroken, why: string): string {
  const kept = l10n.t(
    '{0} of {1} are here already: the next download goes on from there.',
    formatSize(bytes),
    formatSize(total),
  );
  return `${why} ${kept}`;
}
