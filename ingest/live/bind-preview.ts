import type { BindBody, BindPreview } from '../../contract/devices.ts';
import type { FieldsRefused } from '../../contract/query.ts';
import { compileModel, type SiteModel } from '../line/model.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import { changeBinding } from '../standards/binding-change.ts';
import type { Catalogue } from '../standards/types.ts';
import { bandOf, stateOfValue } from './point-view.ts';

/** What a binding would do at a moment (ms epoch); the registry stays as it is. */
export function previewBinding(
  world: World,
  model: SiteModel,
  { body, catalogue, at }: { body: BindBody; catalogue: Catalogue; at: number },
): BindPreview | FieldsRefused {
  const changed = changeBinding(model.registry, body, { since: at, catalogue });
  if ('fields' in changed) return changed;
  const after = compileModel(changed.registry, catalogue);
  const point = after.points.get(body.point.id);
  if (point === undefined) return { fields: [{ field: 'point.id', message: 'is no point of this site' }] };
  const metric = body.metric.split('.')[0] ?? body.metric;
  const own = world.series.committed(keyOf.deviceSeries(model.registry.site, body.device, body.metric));
  const { replaced } = changed;
  return {
    band: bandOf(world, after, point, { metric, at }),
    state: own === undefined ? 'awaited' : stateOfValue(world, after, point, { metric, state: own, at }),
    replaces: replaced === null ? null : { device: replaced.device, metric: replaced.metric },
  };
}
