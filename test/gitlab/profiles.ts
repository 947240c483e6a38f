/** What differs between GitLab versions, as data: one row per version. Nothing else in this folder asks for a version. */
export type ProfileName = '8.4' | '8.5';

export type BuildKey =
  | 'id'
  | 'status'
  | 'stage'
  | 'name'
  | 'ref'
  | 'tag'
  | 'coverage'
  | 'created_at'
  | 'started_at'
  | 'finished_at'
  | 'user'
  | 'download_url'
  | 'artifacts_file'
  | 'commit'
  | 'runner';

export type RouteName =
  'user' | 'project' | 'builds' | 'commitBuilds' | 'build' | 'trace' | 'artifacts' | 'cancel' | 'retry' | 'erase';

export interface Profile {
  readonly name: ProfileName;
  /** Keys of a build in the order GitLab writes them. */
  readonly buildKeys: readonly BuildKey[];
  /** Routes that exist. The others are answered by Rails. */
  readonly routes: readonly RouteName[];
  /** Which path parameters take a dot: only those of these routes. Elsewhere a dot ends the parameter, and no route matches. */
  readonly dottedIds: readonly RouteName[];
  readonly scope: {
    readonly values: readonly string[];
    readonly badValue: { readonly message: string };
  };
  /** `ciRecord`: one record per sha holds the builds of all refs; no record is 404, although the commit exists. */
  readonly commitLookup: 'ciRecord';
  readonly cancelableFrom: readonly string[];
  /** `any`: whatever state it is in, running too. */
  readonly retryableFrom: 'any' | readonly string[];
  readonly retryOfMissingBuild: 'notFound' | 'notRetryable';
  /** Whether `public_builds` lets a Guest of a private project read builds. */
  readonly guestReadsPrivateBuilds: boolean;
  /** Total pages that an empty list announces. */
  readonly totalPagesOfNothing: 0 | 1;
  /** Body of 405. */
  readonly methodNotAllowed: string;
}

const statusesOf84 = ['pending', 'running', 'success', 'failed', 'canceled'] as const;

const v84: Profile = {
  name: '8.4',
  buildKeys: [
    'id',
    'status',
    'stage',
    'name',
    'ref',
    'tag',
    'coverage',
    'created_at',
    'started_at',
    'finished_at',
    'user',
    'download_url',
    'commit',
    'runner',
  ],
  routes: ['user', 'project', 'builds', 'commitBuilds', 'build', 'trace', 'cancel', 'retry'],
  dottedIds: ['project'],
  scope: { values: statusesOf84, badValue: { message: 'Scope contains invalid value(s)' } },
  commitLookup: 'ciRecord',
  cancelableFrom: ['pending', 'running'],
  retryableFrom: 'any',
  retryOfMissingBuild: 'notRetryable',
  guestReadsPrivateBuilds: false,
  totalPagesOfNothing: 0,
  methodNotAllowed: '',
};

const v85: Profile = {
  ...v84,
  name: '8.5',
  buildKeys: v84.buildKeys.flatMap((key) => (key === 'download_url' ? [key, 'artifacts_file'] : [key])),
  routes: [...v84.routes, 'artifacts', 'erase'],
  retryOfMissingBuild: 'notFound',
};

export const profiles: Readonly<Record<ProfileName, Profile>> = { '8.4': v84, '8.5': v85 };
