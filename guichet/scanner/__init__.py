"""QR codes from cameras, streams, folders and files.

Stands alone: imports nothing else of guichet, and OpenCV, numpy, zxing-cpp and zbar only once a
source is opened or a picture decoded, so that the application stays light with the camera closed.
"""
