import { ID_PATTERN } from './ids.ts';

/** `fw/v1/{site}/{device}/{leaf}`: the native convention. */
export const TOPIC_PREFIX = 'fw/v1';
export const TOPIC_LEAVES = ['readings', 'events', 'status'] as const;
export type TopicLeaf = (typeof TOPIC_LEAVES)[number];

export interface DeviceTopic {
  readonly site: string;
  readonly device: string;
  readonly leaf: TopicLeaf;
}

const ID = new RegExp(ID_PATTERN);

/** Undefined for every topic that is not exactly one of ours: wildcards, empty or extra levels, other case. */
export function parseTopic(topic: string): DeviceTopic | undefined {
  const [fw, v1, site = '', device = '', leaf = '', ...rest] = topic.split('/');
  if (`${fw}/${v1}` !== TOPIC_PREFIX || rest.length > 0 || !ID.test(site) || !ID.test(device)) return undefined;
  const known = TOPIC_LEAVES.find((candidate) => candidate === leaf);
  return known === undefined ? undefined : { site, device, leaf: known };
}

export function formatTopic({ site, device, leaf }: DeviceTopic): string {
  return `${TOPIC_PREFIX}/${site}/${device}/${leaf}`;
}

/** User name and, unless a credential names another, client id. */
export function deviceUsername(device: { readonly site: string; readonly device: string }): string {
  return `${device.site}.${device.device}`;
}
