import type { Signal } from './schedule.ts';

/** Frequencies in Hz, one short tone each. */
const TONES: Record<Signal, readonly number[]> = {
  critical: [880, 1108, 1318],
  high: [784, 988],
  medium: [659],
};
const TONE_S = 0.16;
const STEP_S = 0.22;
const LOUDNESS = 0.22;

export interface Sounder {
  /** True while the browser refuses to play before somebody has touched the page. */
  blocked(): boolean;
  /** Asks the browser again; only works inside a click or key press. */
  enable(): Promise<void>;
  play(signal: Signal): void;
}

export function createSounder(): Sounder {
  let context: AudioContext | undefined;
  const open = () => (context ??= new AudioContext());
  return {
    blocked: () => open().state !== 'running',
    enable: () => open().resume(),
    play(signal) {
      const audio = open();
      if (audio.state !== 'running') return;
      TONES[signal].forEach((frequency, index) => tone(audio, frequency, audio.currentTime + index * STEP_S));
    },
  };
}

function tone(audio: AudioContext, frequency: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.012);
  gain.gain.setValueAtTime(LOUDNESS, at + TONE_S - 0.04);
  gain.gain.linearRampToValueAtTime(0, at + TONE_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + TONE_S);
}
