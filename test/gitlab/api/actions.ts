import { type Answer, failure, forbidden, grapeFailure, json } from '../answer';
import { can, canErase, canOn, canPlay, canRetry } from '../rules';
import { type BuildCall, buildJson, buildOf, profileOf, type ProjectCall, text } from './call';
import { inputsIn, storedInputs, wrongJobInputs } from './inputs';
import { variablesIn } from './variables';

export function cancel(call: BuildCall): Answer {
  const { world } = call.site;
  const isForced = call.api.forceCancel && text(call.params['force']) === 'true';
  if (!isForced) return json(201, buildJson(call, world.cancel(call.build)));
  if (!can(call.user, 'adminProject', call.project, world.profile)) return forbidden;
  return json(201, buildJson(call, world.forceCancel(call.build)));
}

export function retry(call: ProjectCall): Answer {
  const { world } = call.site;
  const { rules } = world.profile;
  const build = buildOf(call, rules.retryOfBridge ? ['build', 'bridge'] : ['build']);
  if (!build && rules.retryOfMissingBuild === 'notFound') return failure(404, call.api.missingBuild);
  if (!build) return refused(call, 'retryable');
  if (!canOn(call.user, 'updateBuild', call.project, build, world.profile)) return forbidden;
  if (!canRetry(world.profile, build)) return refused(call, 'retryable');
  const inputs = call.api.jobInputs === 'none' ? {} : inputsIn(call.request, call.api.jobInputs.retry);
  const wrong = wrongJobInputs(build, inputs);
  if (wrong !== undefined) return failure(400, `400 Bad request - ${wrong}`);
  return json(
    201,
    buildJson(
      call,
      world.retry(build, call.user, Object.keys(inputs).length === 0 ? undefined : storedInputs(build, inputs)),
    ),
  );
}

export function erase(call: BuildCall): Answer {
  if (!canErase(call.build)) return refused(call, 'erasable!');
  return json(201, buildJson(call, call.site.world.erase(call.build)));
}

export function play(call: ProjectCall): Answer {
  const { world } = call.site;
  const profile = profileOf(call);
  const build = buildOf(call, profile.rules.playOfBridge ? ['build', 'bridge'] : ['build']);
  if (!build) return failure(404, call.api.missingBuild);
  if (!canOn(call.user, profile.rules.playNeeds, call.project, build, profile)) return forbidden;
  const variables = call.api.playVariables ? variablesIn(call.request) : {};
  if (typeof variables === 'string') return grapeFailure(400, variables);
  if (!canPlay(profile, build)) return failure(400, call.api.unplayable);
  const inputs = call.api.jobInputs === 'none' ? {} : inputsIn(call.request, call.api.jobInputs.play);
  const wrong = wrongJobInputs(build, inputs);
  if (wrong !== undefined) return failure(400, `400 Bad request - ${wrong}`);
  return json(200, buildJson(call, world.play(build, call.user, variables, storedInputs(build, inputs))));
}

function refused({ api }: ProjectCall, what: string): Answer {
  const noun = api.noun === 'build' ? 'Build' : 'Job';
  return failure(403, `403 Forbidden - ${noun} is not ${what}`);
}
