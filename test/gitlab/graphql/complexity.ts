import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Profile } from '../profiles/profile';
import { schemaOf } from './schema';

export interface Weight {
  readonly complexity: number;
  readonly depth: number;
  /** A field that occurs too often in one branch. */
  readonly recursion?: string | undefined;
}

/** What one field costs by GitLab's own rules beyond 1 and what is below it. */
interface Cost {
  /** A list with a resolver: all counts a hundredth more for each row of a page. */
  readonly paged?: true;
  /** It asks Gitaly. */
  readonly gitaly?: true;
  /** The list is sorted, asked for or not. */
  readonly sorted?: true;
  /** Further cost of an argument that is given. */
  readonly args?: Readonly<Record<string, number>>;
}

const pipelineList: Cost = { paged: true, gitaly: true, args: { sha: 2, ref: 2 } };

/** Lists that are not here, such as `CiJob.artifacts`, have no resolver of their own. */
const costs: Readonly<Record<string, Cost | undefined>> = {
  'Project.pipelines': pipelineList,
  'Project.pipeline': { gitaly: true },
  'Project.jobs': { paged: true },
  'Project.mergeRequests': { paged: true, sorted: true, args: { search: 5 } },
  'MergeRequest.pipelines': pipelineList,
  'Pipeline.commit': { gitaly: true },
  'MergeRequest.diffHeadSha': { gitaly: true },
  'Pipeline.jobs': { paged: true },
  'Pipeline.stages': { paged: true },
  'CiJob.canPlayJob': { gitaly: true },
  'JobPermissions.updateBuild': { gitaly: true },
  'JobPermissions.cancelBuild': { gitaly: true },
};

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly pipelineDiscount: number;
}

const maxPage = 100;
/** How often a field may occur in one branch. */
const maxRecursion = 2;

/** By the table of types of a release. */
export function weightOf(
  { graphql }: Pick<Profile, 'graphql'>,
  text: string,
  variables: Readonly<Record<string, unknown>> = {},
): Weight {
  const schema = schemaOf({ graphql });
  if (!schema || graphql === 'absent') throw new Error('a GitLab without GraphQL weighs nothing');
  return weigh(schema, parse(text), { variables, pipelineDiscount: graphql.pipelineDiscount });
}

/** GitLab's own reckoning, with what asking Gitaly costs in its newest releases, on all. */
export function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  given: Pick<Walk, 'variables' | 'pipelineDiscount'>,
): Weight {
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const root = operation?.operation === OperationTypeNode.MUTATION ? schema.getMutationType() : schema.getQueryType();
  if (!operation || !root) return { complexity: 0, depth: 0 };
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  return weighAll(operation.selectionSet, root, [], { schema, fragments, ...given });
}

/** `branch`: names of the fields around, outermost first. */
type Branch = readonly string[];

function weighAll({ selections }: SelectionSetNode, parent: GraphQLObjectType, branch: Branch, walk: Walk): Weight {
  const weights = selections.map((selection) => weighOne(selection, parent, branch, walk));
  return {
    complexity: weights.reduce((sum, { complexity }) => sum + complexity, 0),
    depth: Math.max(0, ...weights.map(({ depth }) => depth)),
    recursion: weights.find(({ recursion }) => recursion !== undefined)?.recursion,
  };
}

function weighOne(selection: SelectionNode, parent: GraphQLObjectType, branch: Branch, walk: Walk): Weight {
  if (selection.kind === Kind.INLINE_FRAGMENT) return weighAll(selection.selectionSet, parent, branch, walk);
  if (selection.kind === Kind.FRAGMENT_SPREAD) {
    const fragment = walk.fragments.get(selection.name.value);
    return fragment ? weighAll(fragment.selectionSet, parent, branch, walk) : { complexity: 0, depth: 0 };
  }
  const name = selection.name.value;
  const field = parent.getFields()[name];
  const type = field && getNamedType(field.type);
  const way = [...branch, name];
  const inner: Weight =
    selection.selectionSet && isObjectType(type)
      ? weighAll(selection.selectionSet, type, way, walk)
      : { complexity: 0, depth: 0 };
  return {
    complexity: weightOfField(`${parent.name}.${name}`, selection, inner.complexity, walk),
    depth: inner.depth + 1,
    recursion: recursionIn(way, name) ?? inner.recursion,
  };
}

function recursionIn(way: Branch, name: string): string | undefined {
  if (name === 'nodes' || name === 'edges') return undefined;
  return way.filter((each) => each === name).length > maxRecursion ? name : undefined;
}

function weightOfField(place: string, { arguments: given = [] }: FieldNode, inner: number, walk: Walk): number {
  const { paged, gitaly, sorted, args = {} } = costs[place] ?? {};
  const names = given.map(({ name }) => name.value);
  const isSorted = sorted === true || names.includes('sort');
  const ofArguments = names.reduce((sum, name) => sum + (args[name] ?? 0), 0);
  const own = inner + 1 + (gitaly ? 1 : 0) + (isSorted ? 1 : 0) + ofArguments;
  const discount = place === 'Project.pipeline' && names.length > 0 ? walk.pipelineDiscount : 0;
  if (!paged || names.includes('iids') || names.includes('iid')) return own - discount;
  return Math.floor((own * (100 + rowsAsked(given, walk))) / 100);
}

function rowsAsked(given: NonNullable<FieldNode['arguments']>, { variables }: Walk): number {
  const asked = given
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }) => Number(valueFromASTUntyped(value, variables)));
  return Math.min(maxPage, ...asked.filter((each) => !Number.isNaN(each)));
}
