/** What embedded steps may do outside of themselves. */
import type { GrantLayer, Isolation, Job, Runtime } from '../../runners/contract.ts';
import type { StepKind } from './step.ts';

const ACTS = ['read', 'write', 'net'] as const;

export interface Permissions extends GrantLayer {
  /** Patterns of names; absent, all entries of `env`. */
  readonly env?: readonly string[];
}

/** What the command line allows besides what the workflow does; paths as absolute patterns. */
export type Allowed = Pick<Permissions, 'read' | 'write' | 'net' | 'env'> & {
  /** Absent, as the workflow says. */
  readonly clock?: true;
  readonly random?: true;
};

/** What has to allow an act, each of it: the workflow with the command line, the steps around, and the step. */
function layersOf(declared: readonly Permissions[], allowed: Allowed | undefined): readonly GrantLayer[] {
  const [first] = declared;
  const workflow = first?.from === 'workflow' ? first : undefined;
  const others = workflow === undefined ? declared : declared.slice(1);
  if (workflow === undefined && others.length > 0) return others;
  if (workflow === undefined && allowed === undefined) return [];
  const outer: GrantLayer = {
    from: 'workflow',
    read: [...(workflow?.read ?? []), ...(allowed?.read ?? [])],
    write: [...(workflow?.write ?? []), ...(allowed?.write ?? [])],
    net: [...(workflow?.net ?? []), ...(allowed?.net ?? [])],
    ...senseOf('clock', workflow, allowed),
    ...senseOf('random', workflow, allowed),
  };
  return [outer, ...others];
}

/** What the command line allows is no longer refused, but stays still where a step is cached. */
function senseOf(
  sense: 'clock' | 'random',
  workflow: Permissions | undefined,
  allowed: Allowed | undefined,
): Pick<GrantLayer, 'clock' | 'random'> {
  const said = workflow?.[sense];
  return said === undefined || (!said && allowed?.[sense] === true) ? {} : { [sense]: said };
}

/** What a step says of it. */
export interface Held {
  readonly language: StepKind;
  readonly runtime?: Runtime | undefined;
  readonly isolation?: Isolation;
  readonly permissions: readonly Permissions[];
}

const HELD: ReadonlySet<StepKind> = new Set(['lua', 'javascript', 'python', 'wasm', 'action']);

/** Those of a step that something holds: it runs embedded, or in a sandbox of the system. */
export function layersFor(
  { language, runtime, isolation, permissions }: Held,
  allowed: Allowed | undefined,
): readonly GrantLayer[] {
  const isHeld = isolation === 'os' || (HELD.has(language) && runtime !== 'native');
  return isHeld ? layersOf(permissions, allowed) : [];
}

/** What may be done to the machine or the network, as far as all layers allow it. */
export function actsOf(layers: readonly GrantLayer[]): readonly (typeof ACTS)[number][] {
  return layers.length === 0 ? [] : ACTS.filter((act) => layers.every((layer) => (layer[act] ?? []).length > 0));
}

/** What the layers refuse of the time and of random numbers, as a job says it. */
export function refusalsOf(layers: readonly GrantLayer[]): Pick<Job, 'clock' | 'random'> {
  const clock = layers.find((layer) => layer.clock === false);
  const random = layers.find((layer) => layer.random === false);
  return {
    ...(clock && { clock: { kind: 'refused', by: clock.from } }),
    ...(random && { random: { kind: 'refused', by: random.from } }),
  };
}

/** `may read data/**, write out/, not know the time`: the grants of one step in words, each layer that narrows behind the one before. */
export function describeGrants(
  layers: readonly GrantLayer[],
  { language, runtime }: Pick<Held, 'language' | 'runtime'>,
): string {
  if (layers.length === 0) return '';
  const isHosted = language === 'shell' || runtime === 'native';
  const acts = ACTS.flatMap((act) => {
    // It has no network.
    if (language === 'wasm' && act === 'net') return [];
    if (act === 'net' && isHosted)
      return layers.every(({ net = [] }) => net.includes('*')) ? ['reach all of the network'] : [];
    const lists = layers.map((layer) => (layer[act] ?? []).join(' '));
    return lists.some((list) => list === '') ? [] : [`${act === 'net' ? 'reach' : act} ${lists.join(' as far as ')}`];
  });
  const { clock, random } = isHosted ? {} : refusalsOf(layers);
  const all = [...acts, ...(clock ? ['not know the time'] : []), ...(random ? ['not have random numbers'] : [])];
  return all.length === 0 ? '' : `may ${all.join(', ')}`;
}
