"""Documents that leave: docx, xlsx, pdf."""
