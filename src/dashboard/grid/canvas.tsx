/** The canvas: two layers, what a pointer does on them, and which part is seen. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { type Camera, cameraOf, cameraText, fit, type Room, within, zoom } from './camera.ts';
import type { Grid } from './decode.ts';
import { type Marks, paintOverlay, type Rectangle, type Spot } from './overlay.ts';
import { paint, RULER, type Scene, sized, type Style } from './paint.ts';
import type { Palette } from './palette.ts';
import { type Layout, layoutOf, placeAt, type Rows } from './rows.ts';
import { revision } from './use-grid.ts';

interface Props {
  readonly grid: Grid;
  readonly rows: Rows;
  readonly bytes: Uint8Array;
  readonly palette: Palette;
  readonly hasGlyphs: boolean;
  readonly chosen: Spot | undefined;
  readonly onHover: (spot: Spot | undefined, at: { readonly x: number; readonly y: number }) => void;
  readonly onChoose: (spot: Spot) => void;
  readonly onOpen: (spot: Spot) => void;
  readonly onRectangle: (rectangle: Rectangle | undefined) => void;
  readonly control: RefObject<Control | null>;
}

/** What keys do to it. */
export interface Control {
  zoom(factor: number): void;
  fit(): void;
  /** So that it is seen. */
  reveal(spot: Spot): void;
}

/** Pixels that a press may tremble before it is a drag. */
const TREMBLE = 4;
/** After the last change of what is seen, in ms, until the link says it. */
const SETTLE_MS = 300;

export function GridCanvas(props: Props) {
  const { grid, rows, bytes, palette, hasGlyphs, chosen } = props;
  const frame = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const gutter = gutterOf(grid, size.width);
  const room: Room = { width: Math.max(0, size.width - gutter), height: Math.max(0, size.height - RULER) };
  const whole = useMemo(() => fit(rows, grid.days, room), [rows, grid.days, room.width, room.height]);
  const [moved, setMoved] = useState<Camera | undefined>(() => cameraOf(query.peek().get('zoom')));
  const camera = moved === undefined ? whole : within(moved, rows, grid.days, room);
  const layout = useMemo(() => layoutOf(rows, camera.rowHeight), [rows, camera.rowHeight]);
  const style = useMemo(pageStyle, [isDark.value]);
  const scene: Scene = {
    grid,
    bytes,
    palette,
    hasGlyphs,
    rows,
    layout,
    camera,
    room,
    gutter,
    style,
    isDark: isDark.value,
  };
  const changed = revision.value;

  useLayoutEffect(() => {
    if (cells.current === null || room.width === 0) return;
    const begun = performance.now();
    const context = sized(cells.current, size.width, size.height);
    if (context !== null) paint(context, scene);
    performance.measure('grid-draw', { start: begun });
  }, [
    grid,
    bytes,
    palette,
    rows,
    layout,
    camera.x,
    camera.y,
    camera.cellWidth,
    size.width,
    size.height,
    style,
    changed,
  ]);

  const marks = useRef<Marks>({ hover: undefined, chosen, dragged: undefined });
  const drawOver = (next: Partial<Marks>): void => {
    marks.current = { ...marks.current, ...next };
    const context = over.current === null ? null : sized(over.current, size.width, size.height);
    if (context !== null) paintOverlay(context, { ...scene, accent: style.accent, text: style.text }, marks.current);
  };
  useLayoutEffect(() => drawOver({ chosen }));

  useSettled(moved, (last) => setQuery({ zoom: last === undefined ? undefined : cameraText(last, whole) }));
  const move = (change: (now: Camera) => Camera): void =>
    setMoved((now) => within(change(now ?? whole), rows, grid.days, room));
  const spotAt = spotFinder({ camera, layout, grid, gutter, room });
  props.control.current = {
    zoom: (factor) =>
      move((now) => zoom(now, factor, { x: room.width / 2, y: room.height / 2 }, { rows, days: grid.days, room })),
    fit: () => setMoved(undefined),
    reveal: (spot) => move((now) => revealed(now, spot, layout, room)),
  };
  useWheel(frame, (event, point) => {
    if (event.ctrlKey || Math.abs(event.deltaY) > Math.abs(event.deltaX)) {
      const factor = Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400));
      const at = { x: point.x - gutter, y: point.y - RULER };
      move((now) => zoom(now, factor, at, { rows, days: grid.days, room }));
    } else move((now) => ({ ...now, x: now.x + event.deltaX }));
  });
  const pointer = usePointer({ ...props, spotAt, drawOver, move });
  return (
    <div ref={frame} class="grid-frame" {...pointer}>
      <canvas ref={cells} aria-hidden="true" />
      <canvas ref={over} aria-hidden="true" />
    </div>
  );
}

/** Enough for most names, and never more than a third. */
function gutterOf({ computations }: Grid, width: number): number {
  const longest = computations.reduce((most, name) => Math.max(most, name.length), 0);
  return Math.min(16 + longest * 6.7, 230, width * 0.36);
}

function pageStyle(): Style & { readonly accent: string } {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return { ground: of('ground'), text: of('text'), quiet: of('quiet'), line: of('line'), accent: of('accent') };
}

function useSize(place: RefObject<HTMLDivElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const look = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Not while it changes: the address bar is slow, and a link is of what somebody stays at. */
function useSettled<T>(value: T, settled: (value: T) => void): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return undefined;
    }
    const timer = setTimeout(() => settled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
}

/** Not by an attribute: the browser scrolls before it asks a passive listener. */
function useWheel(
  place: RefObject<HTMLDivElement | null>,
  turned: (event: WheelEvent, at: { x: number; y: number }) => void,
): void {
  const latest = useRef(turned);
  latest.current = turned;
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const listen = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      latest.current(event, { x: event.clientX - left, y: event.clientY - top });
    };
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, []);
}

type SpotAt = (x: number, y: number) => Spot | undefined;

const spotFinder =
  ({
    camera,
    layout,
    grid,
    gutter,
    room,
  }: {
    camera: Camera;
    layout: Layout;
    grid: Grid;
    gutter: number;
    room: Room;
  }): SpotAt =>
  (x, y) => {
    if (x < gutter || y < RULER || x > gutter + room.width || y > RULER + room.height) return undefined;
    const column = Math.floor((x - gutter + camera.x) / camera.cellWidth);
    const place = placeAt(layout, y - RULER + camera.y);
    return place === undefined || column < 0 || column >= grid.days ? undefined : { place, column };
  };

function revealed(camera: Camera, { place, column }: Spot, layout: Layout, room: Room): Camera {
  const [left, top] = [column * camera.cellWidth, layout.tops[place] ?? 0];
  return {
    ...camera,
    x: Math.min(left, Math.max(camera.x, left + camera.cellWidth - room.width)),
    y: Math.min(top, Math.max(camera.y, top + layout.rowHeight - room.height)),
  };
}

interface Pointing extends Pick<Props, 'onHover' | 'onChoose' | 'onOpen' | 'onRectangle'> {
  readonly spotAt: SpotAt;
  readonly drawOver: (marks: Partial<Marks>) => void;
  readonly move: (change: (now: Camera) => Camera) => void;
}

/** A press chooses, a drag takes a rectangle; with the middle button, or a finger, it moves what is seen. */
function usePointer({ spotAt, drawOver, move, onHover, onChoose, onOpen, onRectangle }: Pointing) {
  const pressed = useRef<{ x: number; y: number; spot: Spot | undefined; isMoving: boolean; isDrag: boolean }>(
    undefined,
  );
  const at = (event: PointerEvent | MouseEvent): { x: number; y: number } => {
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const hover = (event: PointerEvent): void => {
    const begun = performance.now();
    const point = at(event);
    const spot = spotAt(point.x, point.y);
    drawOver({ hover: spot });
    onHover(spot, point);
    performance.measure('grid-hover', { start: begun });
  };
  return {
    onPointerDown(event: PointerEvent) {
      const point = at(event);
      const isMoving = event.button === 1 || event.pointerType === 'touch';
      pressed.current = { ...point, spot: spotAt(point.x, point.y), isMoving, isDrag: false };
      if (event.button === 1) event.preventDefault();
    },
    onPointerMove(event: PointerEvent) {
      const press = pressed.current;
      if (press === undefined) return hover(event);
      const point = at(event);
      if (!press.isDrag && Math.hypot(point.x - press.x, point.y - press.y) < TREMBLE) return undefined;
      if (!press.isDrag) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      press.isDrag = true;
      if (press.isMoving) {
        const [dx, dy] = [point.x - press.x, point.y - press.y];
        [press.x, press.y] = [point.x, point.y];
        move((now) => ({ ...now, x: now.x - dx, y: now.y - dy }));
        return undefined;
      }
      const to = spotAt(point.x, point.y);
      if (press.spot !== undefined && to !== undefined) {
        drawOver({ hover: undefined, dragged: { from: press.spot, to } });
        onRectangle({ from: press.spot, to });
      }
      return undefined;
    },
    onPointerUp() {
      const press = pressed.current;
      pressed.current = undefined;
      if (press === undefined || press.isDrag || press.spot === undefined) return;
      drawOver({ dragged: undefined });
      onRectangle(undefined);
      onChoose(press.spot);
    },
    onPointerCancel() {
      pressed.current = undefined;
    },
    onPointerLeave(event: PointerEvent) {
      drawOver({ hover: undefined });
      onHover(undefined, at(event));
    },
    onDblClick(event: MouseEvent) {
      const point = at(event);
      const spot = spotAt(point.x, point.y);
      if (spot !== undefined) onOpen(spot);
    },
  };
}
