import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { partEnv } from '../../parts.ts';
import { startServer, type ServerProcess } from '../../servers/process.ts';

/** With every bound out of the way: what it cannot hand on yet it keeps in memory, and nothing is dropped. */
export function startMosquitto(program: string): Promise<ServerProcess> {
  return startServer({
    name: 'mosquitto',
    program,
    command({ dir, port }) {
      const config = join(dir, 'mosquitto.conf');
      const lines = [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous true',
        'persistence false',
        'set_tcp_nodelay true',
        'max_queued_messages 0',
        'max_inflight_messages 20000',
        'log_type error',
        ...(process.getuid?.() === 0 ? ['user root'] : []),
      ];
      writeFileSync(config, `${lines.join('\n')}\n`);
      return { args: ['-c', config], env: { LD_LIBRARY_PATH: partEnv()['LD_LIBRARY_PATH'] ?? '' } };
    },
    async answers({ port }) {
      const socket = connect({ port, host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.destroy();
      return true;
    },
  });
}
