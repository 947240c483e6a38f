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
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

export interface Weight {
  readonly complexity: number;
  readonly depth: number;
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

const maxPage = 100;

/** GitLab's own reckoning, roughly: a field is 1, and what is in a list counts a hundredth more for each row asked for. */
export function weigh(schema: GraphQLSchema, document: DocumentNode, variables: Walk['variables']): Weight {
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
  return weighAll(operation.selectionSet, root, { schema, fragments, variables });
}

function weighAll({ selections }: SelectionSetNode, parent: GraphQLObjectType, walk: Walk): Weight {
  const weights = selections.map((selection) => weighOne(selection, parent, walk));
  return {
    complexity: weights.reduce((sum, { complexity }) => sum + complexity, 0),
    depth: Math.max(0, ...weights.map(({ depth }) => depth)),
  };
}

function weighOne(selection: SelectionNode, parent: GraphQLObjectType, walk: Walk): Weight {
  if (selection.kind === Kind.INLINE_FRAGMENT) return weighAll(selection.selectionSet, parent, walk);
  if (selection.kind === Kind.FRAGMENT_SPREAD) {
    const fragment = walk.fragments.get(selection.name.value);
    return fragment ? weighAll(fragment.selectionSet, parent, walk) : { complexity: 0, depth: 0 };
  }
  const field = parent.getFields()[selection.name.value];
  const type = field && getNamedType(field.type);
  if (!selection.selectionSet || !isObjectType(type)) return { complexity: 1, depth: 1 };
  const inner = weighAll(selection.selectionSet, type, walk);
  const rows = type.name.endsWith('Connection') ? rowsAsked(selection, walk) : 0;
  const own = rows > 0 ? Math.floor(inner.complexity * (1 + rows * 0.01)) : inner.complexity + 1;
  return { complexity: own, depth: inner.depth + 1 };
}

function rowsAsked(selection: FieldNode, { variables }: Walk): number {
  const asked = selection.arguments
    ?.filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }) => Number(valueFromASTUntyped(value, variables)));
  return Math.min(maxPage, ...(asked ?? []).filter((each) => !Number.isNaN(each)));
}
