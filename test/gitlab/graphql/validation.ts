import {
  type ASTVisitor,
  type DocumentNode,
  FieldsOnCorrectTypeRule,
  FragmentsOnCompositeTypesRule,
  GraphQLError,
  type GraphQLSchema,
  KnownArgumentNamesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  NoUndefinedVariablesRule,
  type OperationDefinitionNode,
  OverlappingFieldsCanBeMergedRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  validate,
  type ValidationContext,
  ValuesOfCorrectTypeRule,
  VariablesInAllowedPositionRule,
} from 'graphql';
import type { GraphQL } from '../profiles/profile';
import { errorOf, type ShownError } from './errors';

const rules = [
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  ProvidedRequiredArgumentsRule,
  VariablesInAllowedPositionRule,
  KnownTypeNamesRule,
  KnownFragmentNamesRule,
  FragmentsOnCompositeTypesRule,
  NoUndefinedVariablesRule,
  OverlappingFieldsCanBeMergedRule,
];

/**
 * Refusals as graphql-ruby tells them: in the order of the query, those of variables that nothing uses last, and no more
 * of them than this release tells.
 */
export function refusals(schema: GraphQLSchema, document: DocumentNode, graphql: GraphQL): readonly ShownError[] {
  const found = validate(schema, document, rules, { maxErrors: Infinity });
  const inOrder = found.toSorted((a, b) => startOf(a) - startOf(b));
  const unused = validate(schema, document, [UnusedVariablesRule], { maxErrors: Infinity });
  const all = [...inOrder, ...unused].slice(0, graphql.toldErrors);
  return all.map((each) => errorOf(each, document, graphql.suggestions));
}

function startOf({ nodes, positions }: GraphQLError): number {
  return nodes?.at(-1)?.loc?.start ?? positions?.[0] ?? 0;
}

/** What is below an unknown field or in an unknown argument is not looked at, so that it uses no variable. */
function UnusedVariablesRule(context: ValidationContext): ASTVisitor {
  const used = new Set<string>();
  const operations: OperationDefinitionNode[] = [];
  return {
    OperationDefinition: (node) => {
      operations.push(node);
    },
    VariableDefinition: () => false,
    Field: () => (context.getFieldDef() ? undefined : false),
    Argument: () => (context.getArgument() ? undefined : false),
    Variable: ({ name }) => {
      used.add(name.value);
    },
    Document: {
      leave: () => {
        for (const operation of operations) report(context, operation, used);
      },
    },
  };
}

function report(context: ValidationContext, operation: OperationDefinitionNode, used: ReadonlySet<string>): void {
  const inOperation = operation.name ? ` in operation "${operation.name.value}"` : '';
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    if (used.has(name)) continue;
    context.reportError(new GraphQLError(`Variable "$${name}" is never used${inOperation}.`, { nodes: definition }));
  }
}
