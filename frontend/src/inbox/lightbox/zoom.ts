/** Where a picture lies: its scale over fitting the frame, and how far its middle is moved from the frame's, in pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const FITTING: View = { scale: 1, x: 0, y: 0 };
export const LARGEST = 8;
const CLOSER = 2.5;

const within = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value));

/** No edge of a picture is drawn into the frame as long as the picture is larger than the frame. */
function kept({ scale, x, y }: View, picture: Size, frame: Size): View {
  return {
    scale,
    x: within(x, Math.max(0, (picture.width * scale - frame.width) / 2)),
    y: within(y, Math.max(0, (picture.height * scale - frame.height) / 2)),
  };
}

/** Larger or smaller around a point (from the frame's middle), which stays where it is. */
export function zoomed(view: View, factor: number, point: Point, picture: Size, frame: Size): View {
  const scale = Math.max(1, Math.min(LARGEST, view.scale * factor));
  const real = scale / view.scale;
  return kept(
    { scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real },
    picture,
    frame,
  );
}

export function moved(view: View, by: Point, picture: Size, frame: Size): View {
  return kept({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, picture, frame);
}

/** Between fitting and close, around the point that was meant. */
export function toggled(view: View, point: Point, picture: Size, frame: Size): View {
  return view.scale > 1 ? FITTING : zoomed(view, CLOSER, point, picture, frame);
}
