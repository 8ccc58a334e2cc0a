"""What becomes of a convocation before it reaches the camera."""

import cv2
import numpy as np

from guichet.scanner.frames import Frame
from tests.scanner.samples import blurred, noisy, tilted


def photocopy(picture: Frame) -> Frame:
    """Grey toner on grey paper, a little askew, specks and a streak of the glass."""
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
    turned = np.asarray(cv2.warpAffine(picture, turn, (width, height), borderValue=(255,)))
    grey = (70 + turned * (140 / 255)).astype(np.uint8)
    grey[:, width // 3 : width // 3 + 2] = 120
    return noisy(grey, 14)


def cracked_phone(picture: Frame) -> Frame:
    """The photograph of the page on a cracked screen, at a slant."""
    height, width = picture.shape
    broken = picture.copy()
    heart = (width // 2, height // 3)
    for turn in range(7):
        angle = 0.4 + turn * 2 * np.pi / 7
        end = (int(heart[0] + width * np.cos(angle)), int(heart[1] + width * np.sin(angle)))
        cv2.line(broken, heart, end, (40,), 2)
        cv2.line(broken, (heart[0] + 2, heart[1]), (end[0] + 2, end[1]), (255,), 1)
    return noisy(blurred(tilted(broken, 0.05), 0.7), 8)
