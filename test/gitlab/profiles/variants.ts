import { v4 } from './apis';
import type { GraphQL, Profile, VariantName } from './profile';
import { profiles } from './profiles';
import { statuses } from './statuses';

/**
 * Releases between the profiles, and one after them, which differ in what their GraphQL has. Only the suites that hold
 * GraphQL against REST, and the refusals, go through all of these.
 */
const before19: GraphQL = {
  ...{ release: '14.0', childrenBySource: false, toldErrors: 5 },
  ...{ suggestions: false, pipelineDiscount: 0 },
};

const v140: Profile = {
  ...profiles['13.9'],
  name: '14.0',
  version: '14.0.12-ee',
  v4: v4['14.0'],
  graphql: { ...before19, toldErrors: Infinity },
};

const v149: Profile = {
  ...v140,
  name: '14.9',
  version: '14.9.5-ee',
  v4: v4['14.9'],
  graphql: { ...before19, release: '14.9' },
  rules: profiles['15.9'].rules,
};

const v153: Profile = {
  ...profiles['15.9'],
  name: '15.3',
  version: '15.3.5-ee',
  v4: v4['15.3'],
  graphql: { ...before19, release: '15.3' },
};

const v158: Profile = {
  ...v153,
  name: '15.8',
  version: '15.8.6-ee',
  v4: v4['15.8'],
  graphql: { ...before19, release: '15.8' },
};

const v163: Profile = {
  ...profiles['15.9'],
  name: '16.3',
  version: '16.3.9-ee',
  v4: v4['16.3'],
  graphql: { ...before19, release: '16.3' },
  jobListsPerMinute: 600,
};

const v172: Profile = {
  ...profiles['18.9'],
  name: '17.2',
  version: '17.2.9-ee',
  v4: v4['17.2'],
  graphql: { ...before19, release: '17.2', childrenBySource: true },
  statuses: statuses['18.9'],
};

const v192: Profile = { ...profiles['18.10'], name: '19.2', version: '19.2.0-ee', v4: v4['19.2'] };

export const variants: Readonly<Record<VariantName, Profile>> = {
  '14.0': v140,
  '14.9': v149,
  '15.3': v153,
  '15.8': v158,
  '16.3': v163,
  '17.2': v172,
  '19.2': v192,
};

/** All releases that have GraphQL, oldest first. */
export const releasesWithGraphql = [
  '14.0',
  '14.9',
  '15.3',
  '15.8',
  '15.9',
  '16.3',
  '17.2',
  '18.9',
  '18.10',
  '19.2',
] as const;
