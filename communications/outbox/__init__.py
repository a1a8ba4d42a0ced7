"""What people want: each intent is a row, written here; nothing here calls out."""
