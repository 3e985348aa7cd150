"""The live view as a page (Starlette and uvicorn). It is imported only when it is served."""
