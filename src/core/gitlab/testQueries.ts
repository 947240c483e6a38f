import type { Query } from './listing/graphqlQuery';
import { following } from './listing/projectAnswer';

const project = 'query ($path: ID!, $iid: ID!';

/** Query for the numbers of a commit's pipelines within the project. */
export function numbersQuery(path: string, sha: string): Query {
  const pipelines = 'pipelines(sha: $sha, first: 50) { nodes { id iid } }';
  return {
    text: `query ($path: ID!, $sha: String!) { project(fullPath: $path) { ${pipelines} } }`,
    variables: { path, sha },
  };
}

/** Query for the suites of a pipeline, without their tests. */
export function suitesQuery(path: string, iid: string, after: string | undefined): Query {
  const [type, argument] = following(after);
  const fields = 'nodes { name totalCount buildIds suiteError } pageInfo { hasNextPage endCursor }';
  const suites = `testReportSummary { testSuites(first: 100${argument}) { ${fields} } }`;
  return {
    text: `${project}${type}) { project(fullPath: $path) { pipeline(iid: $iid) { ${suites} } } }`,
    variables: { path, iid, ...(after === undefined ? {} : { after }) },
  };
}

/** Query for a page of a suite's tests. */
export function casesQuery(path: string, iid: string, builds: readonly number[], after: string | undefined): Query {
  const [type, argument] = following(after);
  const test = 'status name classname file executionTime systemOutput stackTrace recentFailures { count baseBranch }';
  const cases = `testCases(first: 100${argument}) { nodes { ${test} } pageInfo { hasNextPage endCursor } }`;
  const suite = `testSuite(buildIds: $builds) { ${cases} }`;
  return {
    text: `${project}, $builds: [ID!]!${type}) { project(fullPath: $path) { pipeline(iid: $iid) { ${suite} } } }`,
    variables: { path, iid, builds: builds.map(String), ...(after === undefined ? {} : { after }) },
  };
}
