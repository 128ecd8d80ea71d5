import type { Protocols } from '../types.ts';
import { dingtalk } from './dingtalk.ts';
import { feishu } from './feishu.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

export const PROTOCOLS: Protocols = { webhook, wecom, dingtalk, feishu };
