/** The run on a time axis. A click on a bar opens its task, on a computation's name its tasks; dragging over a stretch of time zooms. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { go, linkTo, query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { counted, millis, time } from '../ui/format.ts';
import { AXIS, draw, type Frame, msOf, pick, ROW, type Wave } from './draw.ts';
import { type Bar, FOLDED_ABOVE, type Lane, lanesOf, type Span, spanOf, zoomed } from './lanes.ts';
import { lookOf } from './look.ts';
import type { Timeline } from './timeline.ts';

/** Of the window's height, at most. */
const SHARE = 0.62;
/** A movement that is shorter, in pixels, is a click. */
const DRAG = 5;

interface Props {
  readonly timeline: Timeline;
  readonly nowMs: number;
  /** Whether lanes may be added: then it is as high as it gets from the beginning, so that nothing below it moves. */
  readonly isGrowing: boolean;
}

export function Gantt({ timeline, nowMs, isGrowing }: Props) {
  const isFolded = (query.value.get('fold') ?? (timeline.tasks.length > FOLDED_ABOVE ? '1' : '0')) === '1';
  const open = query.value.get('open') ?? '';
  const lanes = useMemo(
    () => lanesOf(timeline, { nowMs, isFolded, opened: new Set(open === '' ? [] : open.split(',')) }),
    [timeline, nowMs, isFolded, open],
  );
  const whole = spanOf(timeline, nowMs);
  const between = query.value.get('between');
  const span = zoomed(whole, between);
  const waves = timeline.runs.map(({ startedAt, tookMs, pass }): Wave => {
    const fromMs = Date.parse(startedAt);
    return { fromMs, toMs: tookMs === null ? nowMs : fromMs + tookMs, label: pass === null ? 'wave' : `pass ${pass}` };
  });
  const [told, setTold] = useState('');
  const toggle = (key: string): void => {
    const keys = new Set(open === '' ? [] : open.split(','));
    if (!keys.delete(key)) keys.add(key);
    setQuery({ open: [...keys].join() });
  };
  return (
    <>
      <div class="split">
        <span class="quiet told">{told === '' ? 'Drag to zoom; click a bar for its task.' : told}</span>
        {between === null ? null : (
          <button type="button" onClick={() => setQuery({ between: undefined })}>
            Whole run
          </button>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={isFolded}
            onChange={() => setQuery({ fold: isFolded ? '0' : '1', open: undefined })}
          />{' '}
          by computation
        </label>
      </div>
      <Chart
        {...{ lanes, waves, span, isGrowing }}
        label={`${counted(timeline.tasks.length, 'task')} in ${counted(waves.length, 'wave')}, over ${millis(whole.toMs - whole.fromMs)}`}
        onTell={setTold}
        onLane={(lane, bar) => {
          const id = bar?.task.id ?? (lane.kind === 'task' ? lane.key : undefined);
          if (lane.kind === 'computation' && bar === undefined) toggle(lane.key);
          else if (id !== undefined) go(linkTo(`/tasks/${encodeURIComponent(id)}`));
        }}
        onSpan={({ fromMs, toMs }) =>
          setQuery(
            { between: `${Math.round(fromMs - whole.fromMs)}-${Math.round(toMs - whole.fromMs)}` },
            { replace: false },
          )
        }
      />
    </>
  );
}

interface ChartProps {
  readonly lanes: readonly Lane[];
  readonly waves: readonly Wave[];
  readonly span: Span;
  readonly isGrowing: boolean;
  readonly label: string;
  readonly onTell: (text: string) => void;
  readonly onLane: (lane: Lane, bar: Bar | undefined) => void;
  readonly onSpan: (span: Span) => void;
}

function Chart({ lanes, waves, span, isGrowing, label, onTell, onLane, onSpan }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, most: Math.round(innerHeight * SHARE) });
  const hovered = useRef<Lane>(undefined);
  const drag = useRef<{ readonly x: number; span?: Span }>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, most: Math.round(innerHeight * SHARE) }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const whole = AXIS + lanes.length * ROW + 4;
  const most = Math.max(size.most, 160);
  const height = isGrowing ? most : Math.min(whole, most);
  const frame = (): Frame => ({
    width: size.width,
    height,
    gutter: size.width < 600 ? 124 : 230,
    scrollTop: place.current?.scrollTop ?? 0,
    span,
  });
  const paint = (): void => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined || size.width === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(size.width * scale);
    element.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw(
      context,
      { lanes, waves, hovered: hovered.current, dragged: drag.current?.span },
      frame(),
      lookOf(isDark.value),
    );
  };
  useEffect(paint, [lanes, span.fromMs, span.toMs, size, height, isDark.value]);
  const met = ({ offsetX, offsetY }: MouseEvent) => pick(lanes, frame(), offsetX, offsetY);
  const onMove = (event: PointerEvent): void => {
    const { current } = drag;
    if (current !== undefined && Math.abs(event.offsetX - current.x) > DRAG) {
      const [a, b] = [msOf(frame(), current.x), msOf(frame(), event.offsetX)];
      current.span = { fromMs: Math.max(span.fromMs, Math.min(a, b)), toMs: Math.min(span.toMs, Math.max(a, b)) };
    }
    const found = met(event);
    onTell(found === undefined ? '' : telling(found.lane, found.bar));
    if (found?.lane === hovered.current && current?.span === undefined) return;
    hovered.current = found?.lane;
    paint();
  };
  const onUp = (event: PointerEvent): void => {
    const { current } = drag;
    drag.current = undefined;
    if (current?.span !== undefined) {
      onSpan(current.span);
      paint();
      return;
    }
    const found = met(event);
    if (found !== undefined) onLane(found.lane, event.offsetX < frame().gutter ? undefined : found.bar);
  };
  return (
    <div
      ref={place}
      class="gantt"
      tabIndex={0}
      role="region"
      aria-label="Timeline"
      onScroll={paint}
      style={{ height: `${height}px` }}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Timeline: ${label}. The tables below say the same.`}
        style={{ width: `${size.width}px`, height: `${height}px` }}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.offsetX < frame().gutter) return;
          drag.current = { x: event.offsetX };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={() => {
          hovered.current = undefined;
          onTell('');
          paint();
        }}
      />
      <div style={{ height: `${Math.max(0, whole - height)}px` }} />
    </div>
  );
}

/** What is under the pointer, on one line. */
function telling(lane: Lane, bar: Bar | undefined): string {
  if (bar === undefined) return lane.kind === 'task' ? lane.label : `${lane.label}: ${counted(lane.tasks, 'task')}`;
  const took = millis(bar.endMs - bar.startMs);
  const name = `${bar.task.id.slice(bar.task.id.indexOf('.') + 1)}, ${counted(bar.task.cells, 'cell')}`;
  if (bar.kind === 'queue') return `${name}: ${bar.isOpen ? 'waits' : 'waited'} ${took} for attempt ${bar.number}`;
  const end = bar.end === undefined ? 'under way' : bar.end.toLowerCase().replaceAll('_', ' ');
  const marks = [...(bar.isCold ? ['cold start'] : []), ...(bar.isCritical ? ['on the critical path'] : [])];
  return [`${name}: attempt ${bar.number} ${end}, ${took} from ${time(bar.startMs).slice(11)}`, ...marks].join(', ');
}
