import { Uri } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import { fieldsOfQuery, toQuery } from '../../core/util/uriQuery';
import { timelineScheme } from '../../core/util/fileSchemes';

/** Identifies a timeline in a URI. */
export interface TimelineAddress {
  /** Root of the repository that it was opened from. */
  readonly root: string;
  /** Id of the pipeline; undefined on GitLab up to 8.12, which has no pipeline ids: all builds of the commit. */
  readonly pipeline: number | undefined;
  readonly sha: string;
}

/** URI of a timeline. The path is the editor's title; the query holds the rest. */
export function toTimelineUri(address: TimelineAddress, label: string): Uri {
  const name = safeName(address.pipeline === undefined ? label : `${label} #${address.pipeline}`);
  return Uri.parse(
    `${timelineScheme}:/${encodeURIComponent(`${name.toWellFormed()}.timeline`)}?${toQuery(address)}`,
    true,
  );
}

/** Parses a URI from `toTimelineUri`; undefined for any other. URIs are untrusted. */
export function toTimelineAddress({ scheme, query }: Uri): TimelineAddress | undefined {
  const { root, pipeline, sha } = fieldsOfQuery(query);
  if (scheme !== timelineScheme || typeof root !== 'string' || typeof sha !== 'string') return undefined;
  if (pipeline === undefined) return { root, pipeline, sha };
  return typeof pipeline === 'number' && Number.isSafeInteger(pipeline) && pipeline > 0
    ? { root, pipeline, sha }
    : undefined;
}
