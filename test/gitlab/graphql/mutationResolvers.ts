import { GraphQLError } from 'graphql';
import type { FakeBuild, Pipeline } from '../model';
import { canCancel, canPlay, canRetry } from '../rules';
import { type Context, idIn, may, mayOn, type Resolvers } from './context';

interface Input {
  readonly input: {
    readonly id: string;
    readonly variables?: readonly { readonly key: string; readonly value: string }[] | null;
  };
}

export const mutationResolvers: Resolvers<unknown, Input> = {
  jobCancel: (_, { input }, context) => {
    const build = jobOf(input.id, context);
    const isPossible = canCancel(context.world.profile, build);
    return isPossible ? done(context.world.cancel(build)) : refused('Job is not cancelable');
  },
  jobRetry: (_, { input }, context) => {
    const build = jobOf(input.id, context);
    const isPossible = canRetry(context.world.profile, build);
    return isPossible ? done(context.world.retry(build, context.user)) : refused('Job cannot be retried');
  },
  jobPlay: (_, { input }, context) => {
    const build = jobOf(input.id, context);
    const variables = Object.fromEntries((input.variables ?? []).map(({ key, value }) => [key, value]));
    const isPossible = canPlay(context.world.profile, build);
    return isPossible ? done(context.world.play(build, context.user, variables)) : refused('Unplayable Job');
  },
  jobUnschedule: (_, { input }, context) => {
    const build = jobOf(input.id, context);
    return build.status === 'scheduled'
      ? done(context.world.setStatus(build, 'manual'))
      : refused('Job is not scheduled');
  },
  pipelineCancel: (_, { input }, context) => {
    context.world.cancelPipeline(pipelineOf(input.id, context));
    return { errors: [] };
  },
  pipelineRetry: (_, { input }, context) => {
    const pipeline = pipelineOf(input.id, context);
    context.world.retryPipeline(pipeline, context.user);
    return { pipeline, errors: [] };
  },
};

function done(job: FakeBuild): unknown {
  return { job, errors: [] };
}

function refused(reason: string): unknown {
  return { job: null, errors: [reason] };
}

function jobOf(globalId: string, context: Context): FakeBuild {
  const build = context.mayWrite ? context.world.anyBuild(idIn(globalId)) : undefined;
  if (!build || !mayOn(context, 'updateBuild', build)) throw new GraphQLError(unavailable);
  return build;
}

function pipelineOf(globalId: string, context: Context): Pipeline {
  const pipeline = context.mayWrite ? context.world.anyPipeline(idIn(globalId)) : undefined;
  if (!pipeline || !may(context, 'updateBuild', context.world.project(pipeline.projectId))) {
    throw new GraphQLError(unavailable);
  }
  return pipeline;
}

const unavailable =
  "The resource that you are attempting to access does not exist or you don't have permission to perform this action";
