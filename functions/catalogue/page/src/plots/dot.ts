/** One model's dot on a canvas. */
import { colourOf, colours, comesAgain } from "./colours";

export function drawDot(ctx: CanvasRenderingContext2D, x: number, y: number, size: number, index: number): void {
  ctx.fillStyle = comesAgain(index) ? colours().ground : colourOf(index);
  ctx.strokeStyle = colourOf(index);
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.arc(x, y, size, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}
